//! `wast2json wast FROM TO` converts each `.wast` file under FROM to a `.json`
//! file of its commands, with the `.wasm` files that they name beside it, at
//! the same relative path under TO. `wast2json wat FROM TO` converts each `.wat`
//! file to a `.wasm` file.
//!
//! A file that can't be converted is reported on standard error and left out;
//! the exit status is 1 if there was one.

use anyhow::{Context, Result, bail};
use json_from_wast::{Command, Opts, WasmFile};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wast::Wat;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("wast2json: {e:#}");
            ExitCode::from(2)
        }
    }
}

/// Converts everything, and returns how many files failed.
fn run() -> Result<usize> {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [extension, from, to] = args.as_slice() else {
        bail!("usage: wast2json wast|wat FROM TO");
    };
    let mut files = Vec::new();
    collect(from, extension.as_os_str(), &mut files)?;
    files.sort();
    let mut failed = 0;
    for file in &files {
        let target = to.join(file.strip_prefix(from)?);
        if let Err(e) = convert(file, &target) {
            eprintln!("wast2json: {}: {e:#}", file.display());
            failed += 1;
        }
    }
    Ok(failed)
}

fn collect(dir: &Path, extension: &OsStr, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extension, files)?;
        } else if path.extension() == Some(extension) {
            files.push(path);
        }
    }
    Ok(())
}

fn convert(file: &Path, target: &Path) -> Result<()> {
    let text = fs::read_to_string(file)?;
    let dir = target.parent().context("the target has no folder")?;
    fs::create_dir_all(dir)?;
    if file.extension().is_some_and(|e| e == "wat") {
        fs::write(target.with_extension("wasm"), encode(&text)?)?;
        return Ok(());
    }
    // Names with odd characters are what some of the files are about.
    let mut lexer = Lexer::new(&text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let wast = parser::parse(&buffer)?;
    let name = file.file_name().context("the file has no name")?.to_string_lossy();
    let mut converted = Opts::default().convert(&name, &text, wast)?;
    for command in &mut converted.commands {
        if let Command::AssertMalformed { file, .. } = command {
            encode_quoted(file, &mut converted.wasms);
        }
    }
    for (name, bytes) in &converted.wasms {
        fs::write(dir.join(name), bytes)?;
    }
    let mut json = serde_json::to_value(&converted)?;
    if let Some(features) = features(&text) {
        json["features"] = features.into();
    }
    fs::write(target.with_extension("json"), serde_json::to_vec(&json)?)?;
    Ok(())
}

/// The features that a script's comment `;; RUN: wast … -f a,b` asks for, empty
/// for one without `-f`.
fn features(text: &str) -> Option<&str> {
    let line = text.lines().find(|l| l.starts_with(";; RUN: wast"))?;
    let mut words = line.split_whitespace();
    words.find(|w| *w == "-f");
    Some(words.next().unwrap_or_default())
}

/// Gives a quoted module that the text parser accepts its binary form, so that
/// a runner can tell who refuses it: without one, the text parser did.
fn encode_quoted(file: &mut WasmFile<'_>, wasms: &mut Vec<(String, Vec<u8>)>) {
    let Some((_, text)) = wasms.iter().find(|(name, _)| *name == file.filename) else {
        return;
    };
    if !file.filename.ends_with(".wat") {
        return;
    }
    let Some(bytes) = std::str::from_utf8(text).ok().and_then(|t| encode(t).ok()) else {
        return;
    };
    let name = format!("{}.wasm", file.filename.trim_end_matches(".wat"));
    wasms.push((name.clone(), bytes));
    file.binary_filename = Some(name.into());
}

fn encode(text: &str) -> Result<Vec<u8>> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let mut wat = parser::parse::<Wat>(&buffer)?;
    Ok(wat.encode()?)
}
