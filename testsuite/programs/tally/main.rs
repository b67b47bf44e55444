//! `tally FOLDER` counts the words in the files beneath a folder and writes
//! them to `FOLDER/tally`, the most frequent first, by way of a temporary file.
//! `tally -` counts the standard input. With `STOP` in the environment these
//! words are left out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::time::{Instant, SystemTime};
use std::{env, fs, process, thread};

type Counts = HashMap<String, u64>;

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["-"] => input(),
        ["limits"] => limits(),
        [folder] => tally(Path::new(folder)),
        _ => {
            eprintln!("usage: tally FOLDER|-");
            process::exit(2);
        }
    };
    if let Err(e) = result {
        eprintln!("tally: {}", e);
        process::exit(1);
    }
}

fn count(from: impl BufRead, stop: &HashSet<String>, counts: &mut Counts) -> io::Result<()> {
    for line in from.lines() {
        for word in line?.split_whitespace().map(str::to_lowercase) {
            if !stop.contains(&word) {
                *counts.entry(word).or_default() += 1;
            }
        }
    }
    Ok(())
}

fn stop_words() -> HashSet<String> {
    env::var("STOP").unwrap_or_default().split(',').map(String::from).collect()
}

fn print(counts: &Counts, mut to: impl Write) -> io::Result<()> {
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (word, n) in sorted {
        writeln!(to, "{} {}", n, word)?;
    }
    to.flush()
}

fn input() -> io::Result<()> {
    let mut counts = Counts::new();
    count(io::stdin().lock(), &stop_words(), &mut counts)?;
    print(&counts, io::stdout())
}

fn walk(folder: &Path, files: &mut BTreeMap<String, u64>, stop: &HashSet<String>, counts: &mut Counts) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files, stop, counts)?;
        } else {
            count(BufReader::new(fs::File::open(entry.path())?), stop, counts)?;
            files.insert(entry.path().display().to_string(), entry.metadata()?.len());
        }
    }
    Ok(())
}

fn tally(folder: &Path) -> io::Result<()> {
    let (mut files, mut counts) = (BTreeMap::new(), Counts::new());
    walk(folder, &mut files, &stop_words(), &mut counts)?;
    for (path, size) in &files {
        println!("{} {}", path, size);
    }
    let temporary = folder.join(".tally");
    print(&counts, io::BufWriter::new(fs::File::create(&temporary)?))?;
    let written = fs::metadata(&temporary)?.modified()?;
    fs::rename(&temporary, folder.join("tally"))?;
    // The file system's clock and the program's own are one.
    let age = SystemTime::now().duration_since(written).unwrap_or_default();
    println!("{} words, fresh: {}", counts.len(), age.as_secs() < 60);
    Ok(())
}

/// What a guest can't do is an error, or a panic of its own.
fn limits() -> io::Result<()> {
    println!("thread: {}", thread::Builder::new().spawn(|| ()).is_err());
    println!("parent: {}", fs::read_dir("..").is_err());
    println!("process: {}", process::Command::new("ls").spawn().is_err());
    let start = Instant::now();
    thread::sleep(std::time::Duration::from_millis(20));
    println!("slept: {}", start.elapsed().as_millis() >= 20);
    let mut hoard = Vec::new();
    while hoard.len() < 1 << 20 {
        let mut chunk: Vec<u8> = Vec::new();
        if chunk.try_reserve_exact(1 << 20).is_err() {
            println!("memory: refused");
            hoard.clear();
            break;
        }
        hoard.push(chunk);
    }
    panic!("that's all");
}
