//! `componentize bindings WIT WORLD OUT` writes the C bindings of a world to the
//! folder OUT.
//!
//! `componentize component MODULE command|reactor|none OUT [START END]` writes the component
//! made from a core module to the file OUT. Preview-1 imports are served by the
//! adapter named. With START END, the adapter's memory is that part of the
//! module's, which nothing else uses.

mod reserve;

use anyhow::{Result, bail};
use std::path::Path;
use std::{env, fs};
use wasi_preview1_component_adapter_provider as adapters;
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;
use wit_component::ComponentEncoder;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["bindings", wit, world, out] => bindings(Path::new(wit), world, Path::new(out)),
        ["component", module, adapter, out] => component(fs::read(module)?, adapter, out),
        ["component", module, adapter, out, start, end] => component(
            reserve::reserve(&fs::read(module)?, start.parse()?..end.parse()?)?,
            adapter,
            out,
        ),
        _ => bail!(
            "usage: componentize bindings WIT WORLD OUT | component MODULE command|reactor|none OUT [START END]"
        ),
    }
}

fn bindings(wit: &Path, world: &str, out: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default()
        .build()
        .generate(&mut resolve, world, &mut files)?;
    for (name, content) in files.iter() {
        fs::write(out.join(name), content)?;
    }
    Ok(())
}

fn component(module: Vec<u8>, adapter: &str, out: &str) -> Result<()> {
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true);
    encoder.module(&module)?;
    let name = adapters::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
    match adapter {
        "command" => encoder.adapter(name, adapters::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER)?,
        "reactor" => encoder.adapter(name, adapters::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?,
        "none" => &mut encoder,
        _ => bail!("no adapter {adapter}"),
    };
    fs::write(out, encoder.encode()?)?;
    Ok(())
}
