//! Functions of a module that do the same: each kind of them is written once.
//!
//! A compiler that makes a generic function anew for every type makes many that differ in nothing but the types' names,
//! and the linker for WebAssembly does not look for them. Two functions do the same if they have the same type and the
//! same instructions, and those that they call do the same. Nothing here asks whether two function pointers differ.

use std::collections::HashMap;

use wasmparser::{FunctionBody, Operator};

/// A function's instructions without whom they call, and whom they call.
struct Told {
    kind: u32,
    instructions: Vec<u8>,
    calls: Vec<u32>,
}

impl Told {
    fn of(kind: u32, body: &FunctionBody<'_>) -> wasmparser::Result<Told> {
        let (bytes, start) = (body.as_bytes(), body.range().start);
        let mut reader = body.get_operators_reader()?;
        // With the variables' types, which stand before the first instruction.
        let mut instructions = bytes[..reader.original_position() - start].to_vec();
        let mut calls = Vec::new();
        while !reader.eof() {
            let from = reader.original_position() - start;
            let operator = reader.read()?;
            let all = &bytes[from..reader.original_position() - start];
            match operator {
                Operator::Call { function_index } | Operator::RefFunc { function_index } => {
                    instructions.extend(all.first());
                    calls.push(function_index);
                }
                _ => instructions.extend(all),
            }
        }
        Ok(Told { kind, instructions, calls })
    }
}

/// Of each function, the first that does the same. `imports`: how many indices lie before that of the first body.
pub fn folded(types: &[u32], bodies: &[FunctionBody<'_>], imports: usize) -> wasmparser::Result<Vec<usize>> {
    let told = types.iter().zip(bodies).map(|(kind, body)| Told::of(*kind, body));
    let told = told.collect::<wasmparser::Result<Vec<_>>>()?;
    let mut classes = numbered(told.iter().map(|each| (each.kind, &each.instructions)));
    // Those that look alike are told apart by whom they call, until nothing more is told apart.
    loop {
        let next = numbered(told.iter().zip(&classes).map(|(each, class)| {
            let called = each.calls.iter().map(|index| {
                let own = (*index as usize).checked_sub(imports).and_then(|function| classes.get(function));
                own.copied().ok_or(*index)
            });
            (*class, called.collect::<Vec<Result<usize, u32>>>())
        }));
        if next == classes {
            return Ok(classes);
        }
        classes = next;
    }
}

/// Of each key, where the first like it stands.
fn numbered<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> Vec<usize> {
    let mut first = HashMap::new();
    keys.enumerate().map(|(at, key)| *first.entry(key).or_insert(at)).collect()
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CodeSection, Function, FunctionSection, Instruction, Module, TypeSection};
    use wasmparser::{Parser, Payload};

    use super::*;

    /// Functions of one type: a constant, and the function that is called, if any.
    fn folded_of(functions: &[(i32, Option<u32>)]) -> Vec<usize> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
        for (constant, called) in functions {
            declared.function(0);
            let mut body = Function::new([]);
            body.instructions().i32_const(*constant).drop();
            if let Some(called) = called {
                body.instruction(&Instruction::Call(*called));
            }
            body.instruction(&Instruction::End);
            code.function(&body);
        }
        let mut module = Module::new();
        let wasm = module.section(&types).section(&declared).section(&code).clone().finish();
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(&wasm) {
            if let Payload::CodeSectionEntry(body) = payload.unwrap() {
                bodies.push(body);
            }
        }
        folded(&vec![0; functions.len()], &bodies, 0).unwrap()
    }

    #[test]
    fn what_does_the_same_is_one() {
        assert_eq!(folded_of(&[(1, None), (2, None), (1, None)]), [0, 1, 0]);
        // By whom they call, however deep the difference lies.
        assert_eq!(folded_of(&[(1, None), (1, None), (3, Some(0)), (3, Some(1))]), [0, 0, 2, 2]);
        assert_eq!(folded_of(&[(1, None), (2, None), (3, Some(0)), (3, Some(1))]), [0, 1, 2, 3]);
        assert_eq!(folded_of(&[(5, Some(2)), (5, Some(3)), (6, Some(0)), (7, Some(1))]), [0, 1, 2, 3]);
        // Two that call themselves, and two that call each other.
        assert_eq!(folded_of(&[(4, Some(0)), (4, Some(1))]), [0, 0]);
        assert_eq!(folded_of(&[(4, Some(1)), (4, Some(0)), (9, None)]), [0, 0, 2]);
    }
}
