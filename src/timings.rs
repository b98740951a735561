//! What the stages of a build cost: `fieldguide build --timings`. Nothing is measured unless it is asked for.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The stages so far; none where nobody asked.
static STAGES: Mutex<Option<Vec<Stage>>> = Mutex::new(None);

/// What a stage cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// How long it took.
    pub wall: Duration,
    /// How long all threads together worked; nothing where the system doesn't say.
    pub cpu: Option<Duration>,
    /// Bytes that it made.
    pub bytes: usize,
    /// The most memory, in bytes, that the process has had until its end; nothing where the system doesn't say.
    pub peak: Option<usize>,
}

/// All stages of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timings(pub Vec<Stage>);

/// Starts to measure.
pub fn start() {
    *STAGES.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
}

/// What was measured since the start; measures no more.
pub fn finish() -> Timings {
    Timings(STAGES.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default())
}

fn measuring() -> bool {
    STAGES.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}

/// Runs two stages at once; where they are measured, one after the other, since the time of threads can't be told apart.
pub fn join<A: Send, B: Send>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B + Send) -> (A, B) {
    if measuring() { (first(), second()) } else { rayon::join(first, second) }
}

/// Runs a stage; `bytes` tells how much it made. A name that comes again is added to the first.
pub fn stage<T>(name: &'static str, bytes: impl FnOnce(&T) -> usize, run: impl FnOnce() -> T) -> T {
    if !measuring() {
        return run();
    }
    let (start, before) = (Instant::now(), cpu());
    let made = run();
    let (wall, cpu) = (start.elapsed(), cpu().zip(before).map(|(now, before)| now.saturating_sub(before)));
    let bytes = bytes(&made);
    if let Some(stages) = STAGES.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        match stages.iter_mut().find(|stage| stage.name == name) {
            Some(stage) => {
                stage.wall += wall;
                stage.cpu = stage.cpu.zip(cpu).map(|(sum, more)| sum + more);
                stage.bytes += bytes;
                stage.peak = peak();
            }
            None => stages.push(Stage { name, wall, cpu, bytes, peak: peak() }),
        }
    }
    made
}

/// The time that all threads of this process have worked.
#[cfg(unix)]
fn cpu() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

#[cfg(not(unix))]
fn cpu() -> Option<Duration> {
    None
}

/// The most memory that this process has had, in bytes.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? * 1024)
}

impl fmt::Display for Timings {
    /// A line a stage, with the sum below.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sum = Stage { name: "all", wall: Duration::ZERO, cpu: Some(Duration::ZERO), bytes: 0, peak: None };
        writeln!(f, "{:<10}{:>10}{:>10}{:>12}{:>10}", "stage", "seconds", "CPU", "KB", "peak MB")?;
        for stage in &self.0 {
            sum.wall += stage.wall;
            sum.cpu = sum.cpu.zip(stage.cpu).map(|(sum, more)| sum + more);
            sum.peak = sum.peak.max(stage.peak);
        }
        for (i, Stage { name, wall, cpu, bytes, peak }) in self.0.iter().chain([&sum]).enumerate() {
            let cpu = cpu.map_or_else(|| "-".to_string(), |cpu| format!("{:.3}", cpu.as_secs_f64()));
            // What a stage makes is made of what earlier ones made: their sum means nothing.
            let kilobytes = if i == self.0.len() { String::new() } else { format!("{:.0}", *bytes as f64 / 1e3) };
            let peak = peak.map_or_else(|| "-".to_string(), |peak| format!("{:.0}", peak as f64 / 1e6));
            writeln!(f, "{name:<10}{:>10.3}{cpu:>10}{kilobytes:>12}{peak:>10}", wall.as_secs_f64())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_measured_when_asked_for() {
        assert_eq!(stage("a", |_| 1, || 2), 2);
        assert_eq!(finish(), Timings::default());
        start();
        stage("a", Vec::len, || vec![0; 5000]);
        stage("b", |_| 0, || ());
        stage("a", Vec::len, || vec![0; 1000]);
        let timings = finish();
        let made: Vec<_> = timings.0.iter().map(|stage| (stage.name, stage.bytes)).collect();
        assert_eq!(made, [("a", 6000), ("b", 0)]);
        assert_eq!(timings.to_string().lines().count(), 4);
    }
}
