//! The packed library as an app gets it: its classes byte for byte, shrunk by its own rules alone, paying against the sandbox on a JVM; and
//! the guide's code compiled against it. In place of Android's libraries that of this machine is loaded.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::bindings;
use crate::cache;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::sandbox::Control;
use crate::tally::Tally;
use crate::tests::counted;
use crate::toolchain::jvm;

use super::guide;

/// What the shop prints when its payment is approved.
const PAID: &str = "paid: Approved";
/// What an app without the rules dies of: JNA's native half looks for its Java half by name.
const WITHOUT: [&str; 2] = ["UnsatisfiedLinkError", "the native library cannot be used"];

/// What the shop uses of Java.
const MODULES: [&str; 4] = [
    "java.base",
    "java.net.http",
    "java.logging",
    "jdk.unsupported",
];

/// What shrinks an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shrinker {
    ProGuard,
    R8,
}

impl Shrinker {
    fn profile(self) -> &'static str {
        match self {
            Self::ProGuard => "proguard",
            Self::R8 => "r8",
        }
    }
}

/// An app's project around an AAR.
pub struct Consumer<'a> {
    project: &'a Project,
    work: PathBuf,
}

impl<'a> Consumer<'a> {
    /// Unpacks the AAR and the guide into `work`, compiles the shop and the guide against it, and runs the guide's test.
    pub fn compile(
        project: &'a Project,
        aar: &Path,
        testing: &Path,
        work: &Path,
    ) -> Outcome<(Self, Tally)> {
        cache::remove(work)?;
        let packaged = work.join("packaged");
        fs::create_dir_all(&packaged).map_err(at(&packaged))?;
        for name in ["classes.jar", "proguard.txt"] {
            let file = packaged.join(name);
            fs::write(&file, entry(aar, name)?).map_err(at(&file))?;
        }
        let text = project.root.join(guide::GUIDE);
        let text = fs::read_to_string(&text).map_err(at(&text))?;
        guide::unpack(&text, &work.join("guide"))?;
        let consumer = Self {
            project,
            work: work.to_path_buf(),
        };
        let mut maven = jvm::maven_in(&project.root.join("bindings/kotlin/consumer"));
        maven
            .arg(format!("-Dwork={}", work.display()))
            .arg(format!("-Dtesting={}", testing.display()))
            .arg("package");
        let (mut tally, ended) = counted(maven, Tally::of_surefire);
        ended?;
        // That all of the guide's code compiles is one more.
        tally.count(true);
        Ok((consumer, tally))
    }

    /// Shrinks the shop with the AAR's rules, and without: with them it pays, without them it must not get that far.
    pub fn shrink(&self, shrinker: Shrinker) -> Outcome<Tally> {
        let classpath = self.shrinker(shrinker)?;
        let control = Control::start(self.project)?;
        let mut tally = Tally::default();
        for rules in [true, false] {
            let name = format!("{}-{rules}", shrinker.profile());
            let jar = self.work.join(format!("{name}.jar"));
            self.run_shrinker(shrinker, &classpath, rules, &jar)?;
            let mut java = process::command("java");
            java.arg(format!(
                "-Djna.library.path={}",
                bindings::kotlin_library(self.project).display()
            ));
            java.arg("-cp").arg(&jar).arg("shop.ShopKt");
            control.tell(&mut java);
            let said = process::overhear(java)?;
            let size = fs::metadata(&jar).map_err(at(&jar))?.len();
            let paid = said.contains(PAID);
            let refused = WITHOUT.iter().all(|word| said.contains(word));
            let as_it_should = if rules { paid } else { !paid && refused };
            println!(
                "{shrinker:?}, {} the AAR's rules: {size} B, {}",
                if rules { "with" } else { "without" },
                if paid {
                    "the shop is paid"
                } else {
                    said.lines()
                        .find(|line| line.contains("Error") || line.contains("Exception"))
                        .unwrap_or("no word")
                }
            );
            if !as_it_should {
                println!("{said}");
            }
            tally.count(as_it_should);
        }
        Ok(tally)
    }

    /// The shrinker's class path, fetched by Maven.
    fn shrinker(&self, shrinker: Shrinker) -> Outcome<String> {
        let mut maven = jvm::maven_in(&self.project.root.join("bindings/kotlin/consumer/shrinker"));
        maven.args(["--quiet", "--activate-profiles", shrinker.profile()]);
        maven.arg(format!("-Dwork={}", self.work.display()));
        maven.arg("package");
        process::run(maven)?;
        self.read("shrinker.classpath")
    }

    fn read(&self, name: &str) -> Outcome<String> {
        let file = self.work.join(name);
        let text = fs::read_to_string(&file).map_err(at(&file))?;
        Ok(text.trim().to_owned())
    }

    fn run_shrinker(
        &self,
        shrinker: Shrinker,
        classpath: &str,
        rules: bool,
        jar: &Path,
    ) -> Outcome<()> {
        let configuration = jar.with_extension("pro");
        fs::write(&configuration, self.rules(rules)?).map_err(at(&configuration))?;
        let home = jvm::home()?;
        let android = self.read("android.classpath")?;
        let mut inputs = vec![self.work.join("maven/classes")];
        inputs.push(self.work.join("packaged/classes.jar"));
        let libraries = self.read("run.classpath")?;
        inputs.extend(libraries.split(':').map(PathBuf::from));
        let mut java = process::command("java");
        java.args(["-Xmx1g", "-XX:+UseSerialGC", "-cp", classpath]);
        match shrinker {
            Shrinker::ProGuard => {
                let jars = inputs.iter().map(|input| input.display());
                let jars = jars.map(|jar| {
                    format!("-injars '{jar}'(!META-INF/versions/**,!module-info.class)")
                });
                let modules = MODULES.map(|module| {
                    let home = home.display();
                    format!("-libraryjars '{home}/jmods/{module}.jmod'(!**.jar;!module-info.class)")
                });
                let mut lines = vec![self.rules(rules)?];
                lines.extend(jars.chain(modules));
                lines.push(format!("-libraryjars '{android}'"));
                lines.push(format!("-outjars '{}'", jar.display()));
                // Version 7.7 breaks coroutines when it optimises (VerifyError).
                lines.push("-dontoptimize\n".to_owned());
                fs::write(&configuration, lines.join("\n")).map_err(at(&configuration))?;
                java.arg("proguard.ProGuard")
                    .arg(format!("@{}", configuration.display()));
            }
            Shrinker::R8 => {
                java.args(["com.android.tools.r8.R8", "--classfile", "--release"]);
                java.arg("--output").arg(jar);
                java.arg("--lib").arg(&home).arg("--lib").arg(android);
                java.arg("--pg-conf").arg(&configuration);
                for input in &inputs {
                    if input.is_dir() {
                        // It takes no folders, and of files only classes.
                        let files = super::archive::files(input)?.into_iter();
                        java.args(files.filter(|file| {
                            file.extension()
                                .is_some_and(|extension| extension == "class")
                        }));
                    } else {
                        java.arg(input);
                    }
                }
            }
        }
        let said = process::overhear(java)?;
        if jar.exists() {
            Ok(())
        } else {
            Err(Failure::new(format!(
                "{shrinker:?} refuses the app\n{said}"
            )))
        }
    }

    /// The app's one rule, its libraries' own, and the AAR's.
    fn rules(&self, ours: bool) -> Outcome<String> {
        let mut rules = String::from(
            "-keep class shop.ShopKt { public static void main(java.lang.String[]); }\n",
        );
        for library in self.read("run.classpath")?.split(':') {
            rules.push_str(&own_rules(Path::new(library))?);
        }
        // The standard library's newer half speaks of Java 9 and later; every app's default rules say so.
        rules.push_str("-dontwarn kotlin.**\n-dontwarn kotlinx.coroutines.**\n");
        if ours {
            rules.push_str(&self.read("packaged/proguard.txt")?);
            rules.push('\n');
        } else {
            // So that it gets as far as running.
            rules.push_str("-dontwarn java.awt.**\n");
        }
        Ok(rules)
    }
}

/// A file out of a zip file.
pub fn entry(archive: &Path, name: &str) -> Outcome<Vec<u8>> {
    let file = fs::File::open(archive).map_err(at(archive))?;
    let mut zip = ZipArchive::new(file).map_err(at(archive))?;
    let mut content = Vec::new();
    let mut found = zip
        .by_name(name)
        .map_err(|error| Failure::new(format!("{}: {name}: {error}", archive.display())))?;
    found.read_to_end(&mut content).map_err(at(archive))?;
    Ok(content)
}

/// The names of the files in a zip file.
pub fn names(archive: &Path) -> Outcome<Vec<String>> {
    let file = fs::File::open(archive).map_err(at(archive))?;
    let zip = ZipArchive::new(file).map_err(at(archive))?;
    let names = zip
        .file_names()
        .map(|name| Ok(name.map_err(at(archive))?.into_owned()));
    names.collect()
}

/// The rules that a library brings, as an app's build reads them.
fn own_rules(jar: &Path) -> Outcome<String> {
    let mut rules = String::new();
    let proguard = "META-INF/proguard/";
    for name in names(jar)? {
        if name.starts_with(proguard) && !name.ends_with('/') {
            rules.push_str(&String::from_utf8_lossy(&entry(jar, &name)?));
            rules.push('\n');
        }
    }
    Ok(rules)
}
