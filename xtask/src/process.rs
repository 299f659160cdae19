//! Runs other programs: in the open, or watched with their output kept.

use std::{
    io::{BufRead, BufReader, IsTerminal, Read, Write, stderr},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

/// How often a watched program is looked at while it says nothing.
const GLANCE: Duration = Duration::from_millis(100);
/// How long output may still come from a program's children after its own end.
const AFTERMATH: Duration = Duration::from_secs(2);
/// Columns of the one line of progress.
const COLUMNS: usize = 100;

/// How a watched program ended.
pub struct Outcome {
    /// It ended by itself, with 0.
    pub ok: bool,
    /// Both its streams, as they came.
    pub output: String,
}

/// Runs `command` on this terminal.
///
/// # Errors
/// Where it cannot be started, or ends with anything but 0.
pub fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("cannot start {}: {error}", told(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", told(command))) }
}

/// Runs `command` and gives what it wrote to its standard output.
///
/// # Errors
/// Where it cannot be started, or ends with anything but 0; the message then holds what it complained of.
pub fn read(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("cannot start {}: {error}", told(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("{} ended with {}\n{complaint}", told(command), output.status))
}

/// Runs `command` to its end or for `limit`, and keeps its output; a terminal shows the latest line meanwhile.
pub fn watch(command: &mut Command, limit: Duration) -> Outcome {
    let started = Instant::now();
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => return Outcome { ok: false, output: format!("cannot start {}: {error}\n", told(command)) },
    };
    let (sender, lines) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] =
        [child.stdout.take().map(|s| Box::new(s) as _), child.stderr.take().map(|s| Box::new(s) as _)];
    for stream in streams.into_iter().flatten() {
        forward(stream, sender.clone());
    }
    drop(sender);

    let mut output = String::new();
    let mut ended: Option<Instant> = None;
    loop {
        match lines.recv_timeout(GLANCE) {
            Ok(line) => {
                show(&line);
                output.push_str(&line);
                output.push('\n');
            }
            Err(RecvTimeoutError::Disconnected) => break,
            // A browser left behind by a test may hold the pipes open for ever.
            Err(RecvTimeoutError::Timeout) => match ended {
                Some(at) if at.elapsed() > AFTERMATH => break,
                None if matches!(child.try_wait(), Ok(Some(_))) => ended = Some(Instant::now()),
                _ => {}
            },
        }
        if started.elapsed() > limit {
            let told = format!("stopped: it ran for more than {} s\n", limit.as_secs());
            output.push_str(&told);
            show("");
            return Outcome { ok: stop(&mut child), output };
        }
    }
    show("");
    Outcome { ok: child.wait().is_ok_and(|status| status.success()), output }
}

fn stop(child: &mut Child) -> bool {
    // An error here means that it is gone already.
    let _ = child.kill();
    let _ = child.wait();
    false
}

fn forward(stream: Box<dyn Read + Send>, sender: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { return };
            let text = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if sender.send(text).is_err() {
                return;
            }
        }
    });
}

/// Shows `line` as the progress of a terminal, in place of the one before.
pub fn show(line: &str) {
    if !stderr().is_terminal() {
        return;
    }
    let plain: String = line.chars().filter(|c| !c.is_control()).take(COLUMNS).collect();
    // Progress that cannot be shown is no reason to stop.
    let _ = write!(stderr(), "\r\x1b[K{plain}");
    let _ = stderr().flush();
}

fn told(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_watched_program_gives_both_streams_and_how_it_ended() {
        let good = watch(&mut shell("echo out; echo err >&2"), Duration::from_secs(10));
        assert!(good.ok && good.output.contains("out\n") && good.output.contains("err\n"));
        assert!(!watch(&mut shell("exit 3"), Duration::from_secs(10)).ok);
        assert!(!watch(&mut Command::new("no-such-program-here"), Duration::from_secs(10)).ok);
    }

    #[test]
    fn a_program_that_hangs_is_stopped_and_has_failed() {
        let hung = watch(&mut shell("exec sleep 60"), Duration::from_millis(300));
        assert!(!hung.ok && hung.output.contains("stopped"));
    }

    #[test]
    fn a_child_that_outlives_its_parent_does_not_hold_the_watch() {
        let started = Instant::now();
        assert!(watch(&mut shell("sleep 30 & echo done"), Duration::from_secs(20)).ok);
        assert!(started.elapsed() < Duration::from_secs(15));
    }
}
