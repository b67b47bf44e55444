//! Gives a module that manages its memory alone a place for the adapter's.
//!
//! The adapter asks the module's `cabi_realloc` for memory, and without one it
//! grows the memory itself. Go believes that nobody else does that: it would
//! put its heap over what the adapter has there. So the linker is told to leave
//! room in front of the data, and this adds a `cabi_realloc` that hands it out.

use anyhow::{Result, anyhow};
use std::ops::Range;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, Module, TypeSection, ValType,
};
use wasmparser::{
    CodeSectionReader, DataKind, DataSectionReader, ExportSectionReader, FunctionSectionReader,
    GlobalSectionReader, ImportSectionReader, Operator, Parser, TypeRef, TypeSectionReader,
};

/// Returns the module with a `cabi_realloc` that allocates from `room`, and
/// frees nothing.
pub fn reserve(module: &[u8], room: Range<i32>) -> Result<Vec<u8>> {
    let mut out = Module::new();
    let mut add = Add {
        room,
        types: 0,
        functions: 0,
        globals: 0,
    };
    add.parse_core_module(&mut out, Parser::new(0), module)
        .map_err(|e| anyhow!("{e}"))?;
    Ok(out.finish())
}

/// Copies a module and adds to the end of each section. The counts are of what
/// was there.
struct Add {
    room: Range<i32>,
    types: u32,
    functions: u32,
    globals: u32,
}

type Done = Result<(), Error<&'static str>>;

impl Reencode for Add {
    type Error = &'static str;

    fn parse_type_section(&mut self, to: &mut TypeSection, from: TypeSectionReader<'_>) -> Done {
        utils::parse_type_section(self, to, from)?;
        self.types = to.len();
        to.ty().function([ValType::I32; 4], [ValType::I32]);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        to: &mut ImportSection,
        from: ImportSectionReader<'_>,
    ) -> Done {
        for import in from.clone().into_imports() {
            match import?.ty {
                TypeRef::Func(_) => self.functions += 1,
                TypeRef::Global(_) => self.globals += 1,
                _ => {}
            }
        }
        utils::parse_import_section(self, to, from)
    }

    fn parse_function_section(
        &mut self,
        to: &mut FunctionSection,
        from: FunctionSectionReader<'_>,
    ) -> Done {
        self.functions += from.count();
        utils::parse_function_section(self, to, from)?;
        to.function(self.types);
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        to: &mut GlobalSection,
        from: GlobalSectionReader<'_>,
    ) -> Done {
        self.globals += from.count();
        utils::parse_global_section(self, to, from)?;
        let next = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        to.global(next, &ConstExpr::i32_const(self.room.start));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        to: &mut ExportSection,
        from: ExportSectionReader<'_>,
    ) -> Done {
        utils::parse_export_section(self, to, from)?;
        to.export("cabi_realloc", ExportKind::Func, self.functions);
        Ok(())
    }

    fn parse_data_section(&mut self, to: &mut DataSection, from: DataSectionReader<'_>) -> Done {
        for segment in from.clone() {
            let segment = segment?;
            if let DataKind::Active { offset_expr, .. } = segment.kind
                && let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
                && value < self.room.end
                && value as usize + segment.data.len() > self.room.start as usize
            {
                return Err(Error::UserError(
                    "there is data where the adapter's room is",
                ));
            }
        }
        utils::parse_data_section(self, to, from)
    }

    fn parse_code_section(&mut self, to: &mut CodeSection, from: CodeSectionReader<'_>) -> Done {
        utils::parse_code_section(self, to, from)?;
        const ALIGN: u32 = 2;
        const SIZE: u32 = 3;
        const RESULT: u32 = 4;
        let mut f = Function::new([(1, ValType::I32)]);
        // result = (next + align - 1) & -align
        f.instructions()
            .global_get(self.globals)
            .local_get(ALIGN)
            .i32_add()
            .i32_const(1)
            .i32_sub();
        f.instructions()
            .i32_const(0)
            .local_get(ALIGN)
            .i32_sub()
            .i32_and()
            .local_tee(RESULT);
        // next = result + size, which must not be beyond the end
        f.instructions()
            .local_get(SIZE)
            .i32_add()
            .global_set(self.globals);
        f.instructions()
            .global_get(self.globals)
            .i32_const(self.room.end)
            .i32_gt_u();
        f.instructions().if_(BlockType::Empty).unreachable().end();
        f.instructions().local_get(RESULT).end();
        to.function(&f);
        Ok(())
    }
}
