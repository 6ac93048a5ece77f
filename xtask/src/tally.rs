//! Counts of tests, as the runners print them.

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
    /// Never wanted: a skipped test hides what it would have found.
    pub skipped: u32,
}

impl Tally {
    /// One check of our own.
    pub fn count(&mut self, passed: bool) {
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }

    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Sums `test result: ok. 3 passed; 0 failed; 0 ignored; …` over all binaries and doc tests.
    pub fn of_cargo(said: &str) -> Self {
        let mut tally = Self::default();
        for line in said
            .lines()
            .filter_map(|line| line.trim().strip_prefix("test result: "))
        {
            tally.passed += before(line, "passed");
            tally.failed += before(line, "failed");
            tally.skipped += before(line, "ignored");
        }
        tally
    }

    /// Surefire's last line a module: `Tests run: 7, Failures: 0, Errors: 0, Skipped: 0` (a class's line has a time as well).
    pub fn of_surefire(said: &str) -> Self {
        let mut tally = Self::default();
        for line in said.lines().filter(|line| !line.contains("Time elapsed")) {
            let Some(start) = line.find("Tests run: ") else {
                continue;
            };
            let line = &line[start..];
            let failed = after(line, "Failures: ") + after(line, "Errors: ");
            let skipped = after(line, "Skipped: ");
            tally.failed += failed;
            tally.skipped += skipped;
            tally.passed += after(line, "Tests run: ").saturating_sub(failed + skipped);
        }
        tally
    }

    /// `XCTest`'s `Executed 11 tests, with 1 test skipped and 0 failures` (once a suite and once for all: the largest counts) and
    /// Swift Testing's `✔ Test "…" passed after` lines, one a test.
    pub fn of_swift(said: &str) -> Self {
        let mut tally = Self::default();
        for line in said
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("Executed "))
        {
            let (run, failed, skipped) = (
                after(line, "Executed "),
                before(line, "failure"),
                before(line, "test skipped") + before(line, "tests skipped"),
            );
            if run >= tally.passed + tally.failed + tally.skipped {
                tally = Self {
                    passed: run.saturating_sub(failed + skipped),
                    failed,
                    skipped,
                };
            }
        }
        for line in said
            .lines()
            .map(str::trim)
            .filter(|line| line.contains(" Test ") && !line.contains(" Test run "))
        {
            tally.passed += u32::from(line.contains(" passed after "));
            tally.failed += u32::from(line.contains(" failed after "));
            tally.skipped += u32::from(line.contains(" skipped"));
        }
        tally
    }

    /// The last line of the form `N passed, N failed`, whatever stands before it.
    pub fn of_plain(said: &str) -> Self {
        let last = said
            .lines()
            .rev()
            .find(|line| line.contains(" passed") && line.contains(" failed"));
        last.map_or_else(Self::default, |line| Self {
            passed: before(line, "passed"),
            failed: before(line, "failed"),
            skipped: before(line, "skipped"),
        })
    }
}

/// The number just before a word.
fn before(line: &str, word: &str) -> u32 {
    let number = line
        .find(&format!(" {word}"))
        .and_then(|end| line[..end].rsplit([' ', '\u{1b}', 'm']).next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The number just after a text.
fn after(line: &str, text: &str) -> u32 {
    let rest = line
        .find(text)
        .map_or("", |start| &line[start + text.len()..]);
    rest.split(|character: char| !character.is_ascii_digit())
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u32, failed: u32, skipped: u32) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn cargo_sums_binaries() {
        let said = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\ntest result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(Tally::of_cargo(said), tally(13, 2, 1));
    }

    #[test]
    fn surefire_counts_modules_not_classes() {
        let said = "[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in A\n[ERROR] Tests run: 7, Failures: 1, Errors: 2, Skipped: 1\n[WARNING] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0\n";
        assert_eq!(Tally::of_surefire(said), tally(5, 3, 1));
    }

    #[test]
    fn swift_counts_both_kinds_of_test() {
        let said = "Test Suite 'A' passed\n\t Executed 4 tests, with 0 failures (0 unexpected) in 0.1 (0.1) seconds\n\t Executed 11 tests, with 1 test skipped and 2 failures (0 unexpected) in 0.1 (0.1) seconds\n✔ Test \"pays\" passed after 0.1 seconds.\n✘ Test hands() failed after 0.1 seconds with 1 issue.\n✘ Test run with 2 tests failed after 0.2 seconds with 1 issue.\n";
        assert_eq!(Tally::of_swift(said), tally(9, 3, 1));
    }

    #[test]
    fn plain_takes_the_last_line() {
        assert_eq!(
            Tally::of_plain("a: 1 passed, 0 failed\nscenarios: 19 passed, 1 failed\nbye\n"),
            tally(19, 1, 0)
        );
        assert_eq!(Tally::of_plain("nothing of the kind"), tally(0, 0, 0));
    }
}
