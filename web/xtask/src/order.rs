//! A WebAssembly module with its functions and their variables in another order: the same code, shorter to transfer.
//!
//! A linker knows neither which functions are called often (an index below 128 is one byte) nor which are alike
//! (`likeness`) or the same (`folding`), and wasm-bindgen sorts by length. Of the engine this takes 3 % after brotli.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, Function, FunctionSection, Instruction, MemArg, Module};
use wasmparser::{CodeSectionReader, CustomSectionReader, FunctionBody, FunctionSectionReader, Operator};
use wasmparser::{KnownCustom, Name, OperatorsReader, Parser, Payload, TypeRef, ValType};

use crate::{folding, likeness};

/// Indices of one byte.
const SHORT: usize = 128;

/// The module anew, without the names in it.
pub fn ordered(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let found = Found::read(wasm).map_err(|error| error.to_string())?;
    let same =
        folding::folded(&found.types, &found.bodies, found.imports).map_err(|error| error.to_string())?;
    let order = found.order(&same).map_err(|error| error.to_string())?;
    let mut indices: Vec<u32> = (0..).take(found.imports + same.len()).collect();
    for (index, function) in (0..).zip(&order) {
        indices[found.imports + function] = index + indices_of(found.imports);
    }
    for (function, first) in same.iter().enumerate() {
        indices[found.imports + function] = indices[found.imports + first];
    }
    let mut writer = Writer { found, order, indices, variables: Vec::new() };
    let mut module = Module::new();
    writer
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| format!("functions in another order: {error}"))?;
    Ok(module.finish())
}

fn indices_of(imports: usize) -> u32 {
    u32::try_from(imports).unwrap_or(u32::MAX)
}

/// What has to be known of a module before it is written.
#[derive(Default)]
struct Found<'a> {
    /// How many functions come from outside; they have the first indices.
    imports: usize,
    /// Of each type of functions, how many parameters.
    parameters: Vec<usize>,
    /// Of each function its type, body and name.
    types: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    names: Vec<&'a str>,
}

impl<'a> Found<'a> {
    fn read(wasm: &'a [u8]) -> wasmparser::Result<Found<'a>> {
        let mut found = Found::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(types) => {
                    for kind in types.into_iter_err_on_gc_types() {
                        found.parameters.push(kind?.params().len());
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        found.imports += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(types) => {
                    found.types = types.into_iter().collect::<wasmparser::Result<_>>()?;
                    found.names = vec![""; found.types.len()];
                }
                Payload::CodeSectionEntry(body) => found.bodies.push(body),
                Payload::CustomSection(section) => found.read_names(&section)?,
                _ => {}
            }
        }
        Ok(found)
    }

    fn read_names(&mut self, section: &CustomSectionReader<'a>) -> wasmparser::Result<()> {
        let KnownCustom::Name(parts) = section.as_known() else { return Ok(()) };
        for part in parts {
            let Name::Function(names) = part? else { continue };
            for naming in names {
                let naming = naming?;
                let at = (naming.index as usize).checked_sub(self.imports);
                if let Some(name) = at.and_then(|at| self.names.get_mut(at)) {
                    *name = naming.name;
                }
            }
        }
        Ok(())
    }

    /// Those that most calls go to, as far as indices of one byte reach, then all others. `same`: of each function, the
    /// first that does the same, which is written for it.
    fn order(&self, same: &[usize]) -> wasmparser::Result<Vec<usize>> {
        let mut calls = vec![0u32; self.bodies.len()];
        let is_written = |function: &usize| same[*function] == *function;
        for body in (0..self.bodies.len()).filter(is_written).map(|function| &self.bodies[function]) {
            for operator in body.get_operators_reader()? {
                if let Operator::Call { function_index } = operator? {
                    let at = (function_index as usize).checked_sub(self.imports);
                    if let Some(count) = at.and_then(|at| same.get(at)).and_then(|at| calls.get_mut(*at)) {
                        *count += 1;
                    }
                }
            }
        }
        let mut called: Vec<usize> = (0..calls.len()).filter(is_written).collect();
        called.sort_by_key(|function| std::cmp::Reverse(calls[*function]));
        called.truncate(SHORT.saturating_sub(self.imports));
        let mut others: Vec<usize> = (0..calls.len()).filter(is_written).collect();
        others.retain(|function| !called.contains(function));
        // Instances of one generic function begin together.
        others.sort_by_key(|function| self.names[*function]);
        let bodies: Vec<&[u8]> = self.bodies.iter().map(FunctionBody::as_bytes).collect();
        likeness::arrange(&mut others, &bodies);
        called.append(&mut others);
        Ok(called)
    }

    /// A function's variables by type and use: of each, what it becomes, and the list of types.
    fn variables(&self, function: usize) -> wasmparser::Result<(Vec<u32>, Vec<ValType>)> {
        let body = &self.bodies[function];
        let parameters = self.parameters.get(self.types[function] as usize).copied().unwrap_or_default();
        let mut types: Vec<ValType> = Vec::new();
        for declared in body.get_locals_reader()? {
            let (count, kind) = declared?;
            types.extend(std::iter::repeat_n(kind, count as usize));
        }
        let mut uses = vec![0u32; parameters + types.len()];
        for operator in body.get_operators_reader()? {
            if let Some(count) = variable(&operator?).and_then(|index| uses.get_mut(index as usize)) {
                *count += 1;
            }
        }
        let kinds = [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128];
        let kind = |variable: usize| kinds.iter().position(|kind| *kind == types[variable - parameters]);
        let mut order: Vec<usize> = (parameters..uses.len()).filter(|variable| uses[*variable] > 0).collect();
        order.sort_by_key(|variable| {
            (kind(*variable).unwrap_or(kinds.len()), std::cmp::Reverse(uses[*variable]))
        });
        let mut becomes: Vec<u32> = (0..).take(uses.len()).collect();
        for (index, variable) in (indices_of(parameters)..).zip(&order) {
            becomes[*variable] = index;
        }
        Ok((becomes, order.into_iter().map(|variable| types[variable - parameters]).collect()))
    }
}

fn variable(operator: &Operator<'_>) -> Option<u32> {
    match operator {
        Operator::LocalGet { local_index }
        | Operator::LocalSet { local_index }
        | Operator::LocalTee { local_index } => Some(*local_index),
        _ => None,
    }
}

struct Writer<'a> {
    found: Found<'a>,
    /// The functions as they are written.
    order: Vec<usize>,
    /// Of each index of a function, what it becomes.
    indices: Vec<u32>,
    /// Of each variable of the function that is being written, what it becomes.
    variables: Vec<u32>,
}

impl Reencode for Writer<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.indices.get(index as usize).copied().unwrap_or(index))
    }

    /// How a place in memory is said to be aligned means nothing; that it is as it can be at best follows from the
    /// instruction.
    fn mem_arg(&mut self, place: wasmparser::MemArg) -> Result<MemArg, Error> {
        let memory_index = self.memory_index(place.memory)?;
        Ok(MemArg { offset: place.offset, align: place.max_align.into(), memory_index })
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for function in &self.order {
            functions.function(self.found.types[*function]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, _: CodeSectionReader<'_>) -> Result<(), Error> {
        for function in self.order.clone() {
            let (variables, types) = self.found.variables(function)?;
            self.variables = variables;
            let types = types.into_iter().map(|kind| self.val_type(kind)).collect::<Result<Vec<_>, _>>()?;
            let mut written = Function::new_with_locals_types(types);
            let mut operators = self.found.bodies[function].get_operators_reader()?;
            while !operators.eof() {
                written.instruction(&self.parse_instruction(&mut operators)?);
            }
            code.function(&written);
        }
        Ok(())
    }

    fn parse_instruction<'a>(
        &mut self,
        operators: &mut OperatorsReader<'a>,
    ) -> Result<Instruction<'a>, Error> {
        let becomes = |index: u32| self.variables.get(index as usize).copied().unwrap_or(index);
        Ok(match operators.read()? {
            Operator::LocalGet { local_index } => Instruction::LocalGet(becomes(local_index)),
            Operator::LocalSet { local_index } => Instruction::LocalSet(becomes(local_index)),
            Operator::LocalTee { local_index } => Instruction::LocalTee(becomes(local_index)),
            other => utils::instruction(self, other)?,
        })
    }

    /// Names and the like are for people, and belong to the old order.
    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{ExportKind, ExportSection, NameMap, NameSection, TypeSection};

    use super::*;

    /// Functions that call the one after them, `calls` times, and use their second variable more than their first.
    fn module(functions: u32, calls: u32) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
        let (mut exports, mut names) = (ExportSection::new(), NameMap::new());
        for index in 0..functions {
            declared.function(0);
            let mut body = Function::new([(2, wasm_encoder::ValType::I32)]);
            body.instructions().local_get(0).drop().i32_const(index.cast_signed()).local_tee(1).local_set(1);
            for _ in 0..calls {
                body.instruction(&Instruction::Call((index + 1) % functions));
            }
            body.instruction(&Instruction::End);
            code.function(&body);
            exports.export(&format!("f{index}"), ExportKind::Func, index);
            names.append(index, &format!("n{}", functions - index));
        }
        let mut named = NameSection::new();
        named.functions(&names);
        let mut module = Module::new();
        module.section(&types).section(&declared).section(&exports).section(&code).section(&named);
        module.finish()
    }

    /// Of each export, which constant its function has, and which the one has that it calls.
    fn told(wasm: &[u8]) -> Vec<(String, i32, i32)> {
        let found = Found::read(wasm).unwrap();
        let operators = |index: u32| {
            let reader = found.bodies[index as usize].get_operators_reader().unwrap();
            reader.into_iter().collect::<wasmparser::Result<Vec<_>>>().unwrap()
        };
        let constant = |index: u32| {
            let has = |operator: &Operator<'_>| {
                if let Operator::I32Const { value } = operator { Some(*value) } else { None }
            };
            operators(index).iter().find_map(has).unwrap()
        };
        let mut told = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::ExportSection(exports) = payload.unwrap() else { continue };
            for export in exports {
                let export = export.unwrap();
                let call = |operator: &Operator<'_>| match operator {
                    Operator::Call { function_index } => Some(*function_index),
                    _ => None,
                };
                let called = operators(export.index).iter().find_map(call).unwrap();
                told.push((export.name.to_owned(), constant(export.index), constant(called)));
            }
        }
        told
    }

    #[test]
    fn functions_change_their_places_and_nothing_else() {
        let before = module(300, 1);
        let after = ordered(&before).unwrap();
        assert_ne!(before, after);
        assert_eq!(told(&before), told(&after));
        // The names are gone, and the order is the same every time.
        assert!(Found::read(&after).unwrap().names.iter().all(|name| name.is_empty()));
        assert_eq!(after, ordered(&before).unwrap());
    }

    #[test]
    fn the_variable_used_most_comes_first() {
        let before = module(1, 1);
        let found = Found::read(&before).unwrap();
        assert_eq!(found.variables(0).unwrap(), (vec![1, 0], vec![ValType::I32; 2]));
    }
}
