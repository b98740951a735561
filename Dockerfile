# The command alone, as one static binary: docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/book" fieldguide build
FROM rust:1.95-alpine AS build
RUN rustup target add wasm32-unknown-unknown
WORKDIR /source
COPY . .
RUN cargo build --release --locked && cp target/release/fieldguide /fieldguide

FROM scratch
COPY --from=build /fieldguide /fieldguide
WORKDIR /book
ENTRYPOINT ["/fieldguide"]
CMD ["--help"]
