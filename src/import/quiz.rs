//! mdbook-quiz's TOML → questions with options for a stage's quiz, and open questions for a topic.

use toml::de::{DeTable, DeValue};

/// What a file of questions holds.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// Those with options, as Markdown below `## Quiz`.
    pub(super) choices: String,
    /// Those without, as Markdown.
    pub(super) open: String,
    /// What has no counterpart, by line.
    pub(super) notes: Vec<(usize, String)>,
}

/// Reads the file; `topic` says whether open questions can be typed as such, `staged` whether there is a quiz to stand in.
pub(super) fn read(text: &str, topic: bool, staged: bool) -> Questions {
    let mut questions = Questions::default();
    let (table, errors) = DeTable::parse_recoverable(text);
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        questions.notes.push((line(at), format!("not TOML: {}", error.message().replace('\n', ", "))));
    }
    let Some(DeValue::Array(list)) = table.get_ref().get("questions").map(|value| value.get_ref()) else {
        questions.notes.push((1, "the quiz has no `[[questions]]`".to_string()));
        return questions;
    };
    for (number, value) in list.iter().enumerate() {
        let DeValue::Table(question) = value.get_ref() else { continue };
        let at = question.keys().next().map_or(value.span().start, |key| key.span().start);
        let question = Question::read(question);
        match question.choice().filter(|_| staged) {
            Some(right) => questions.choices.push_str(&question.with_options(&right, number)),
            None => {
                if question.kind == "MultipleChoice" {
                    questions
                        .notes
                        .push((line(at), "a question with several right answers is an open question".to_string()));
                }
                questions.open.push_str(&question.as_open(topic));
            }
        }
    }
    questions
}

#[derive(Debug, Default)]
struct Question {
    kind: String,
    prompt: String,
    program: String,
    distractors: Vec<String>,
    answers: Vec<String>,
    context: String,
}

impl Question {
    fn read(table: &DeTable<'_>) -> Self {
        let text = |table: &DeTable<'_>, key: &str| {
            table.get(key).and_then(|value| value.get_ref().as_str()).unwrap_or_default().trim().to_string()
        };
        let inner = |key: &str| match table.get(key).map(|value| value.get_ref()) {
            Some(DeValue::Table(inner)) => Some(inner.clone()),
            _ => None,
        };
        let list = |table: &DeTable<'_>, key: &str| match table.get(key).map(|value| value.get_ref()) {
            Some(DeValue::Array(list)) => {
                list.iter().filter_map(|item| item.get_ref().as_str()).map(|item| item.trim().to_string()).collect()
            }
            Some(DeValue::String(text)) => vec![text.trim().to_string()],
            _ => Vec::new(),
        };
        let mut question = Self { kind: text(table, "type"), context: text(table, "context"), ..Self::default() };
        if let Some(prompt) = inner("prompt") {
            question.prompt = text(&prompt, "prompt");
            question.program = text(&prompt, "program");
            question.distractors = list(&prompt, "distractors");
        }
        if let Some(answer) = inner("answer") {
            question.answers = list(&answer, "answer");
            question.answers.extend(list(&answer, "alternatives"));
            match answer.get("doesCompile").map(|value| value.get_ref()) {
                Some(DeValue::Boolean(true)) => {
                    question
                        .answers
                        .push(format!("It compiles and prints:\n\n```text\n{}\n```", text(&answer, "stdout")));
                }
                Some(DeValue::Boolean(false)) => {
                    let place = match answer.get("lineNumber").map(|value| value.get_ref()) {
                        Some(DeValue::Integer(number)) => format!(", in line {}", number.as_str()),
                        _ => String::new(),
                    };
                    question.answers.push(format!("It does not compile{place}."));
                }
                _ => {}
            }
        }
        question
    }

    /// The right one of its options, where there is exactly one.
    fn choice(&self) -> Option<String> {
        match (self.kind.as_str(), self.answers.as_slice()) {
            ("MultipleChoice", [right]) if !self.distractors.is_empty() => Some(right.clone()),
            _ => None,
        }
    }

    /// The question's first line as a heading, and the rest of it.
    fn heading(&self) -> (String, String) {
        let default = if self.program.is_empty() { "What is right?" } else { "What happens when this program is run?" };
        let (first, rest) = self.prompt.split_once('\n').unwrap_or((&self.prompt, ""));
        let first = first.trim().trim_start_matches('#').trim();
        match first.is_empty() || first.starts_with("```") {
            true => (default.to_string(), self.prompt.clone()),
            false => (first.to_string(), rest.trim().to_string()),
        }
    }

    fn with_options(&self, right: &str, number: usize) -> String {
        let (heading, rest) = self.heading();
        let mut options: Vec<(bool, &str)> = self.distractors.iter().map(|text| (false, text.as_str())).collect();
        // Its place is told by the question's number: mdbook-quiz shuffles.
        options.insert(number % (options.len() + 1), (true, right));
        let mut out = format!("\n### {heading}\n\n");
        if !rest.is_empty() {
            out += &format!("{rest}\n\n");
        }
        for (right, text) in options {
            out += &format!("- [{}] {}\n", if right { "x" } else { " " }, text.replace('\n', "\n  "));
        }
        let why = if self.context.is_empty() { format!("The answer is: {right}") } else { self.context.clone() };
        out + &format!("\n{why}\n")
    }

    fn as_open(&self, topic: bool) -> String {
        let (heading, rest) = self.heading();
        let prefix = if topic { "Q: " } else { "" };
        let mut out = format!("\n## {prefix}{heading}\n\n");
        if !rest.is_empty() {
            out += &format!("{rest}\n\n");
        }
        if !self.program.is_empty() {
            out += &format!("```rust\n{}\n```\n\n", self.program);
        }
        for answer in &self.answers {
            out += &format!("{answer}\n\n");
        }
        if !self.context.is_empty() {
            out += &format!("{}\n", self.context);
        }
        out.trim_end().to_string() + "\n"
    }
}
