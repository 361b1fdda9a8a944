//! Values that a function could return without doing anything, by its return type.

use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// Expressions for `return …` that differ from what the body is there for; empty when there is none to try.
pub fn values(output: &ReturnType) -> Vec<String> {
    match output {
        ReturnType::Default => vec!["()".into()],
        ReturnType::Type(_, ty) => of_type(ty),
    }
}

fn of_type(ty: &Type) -> Vec<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map_or_else(Vec::new, of_segment),
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => vec!["\"\"".into(), "\"mutant\"".into()],
            Type::Slice(_) => vec!["&[]".into()],
            _ => Vec::new(),
        },
        Type::Tuple(tuple) => {
            let first = |ty: &Type| of_type(ty).into_iter().next();
            let parts: Option<Vec<String>> = tuple.elems.iter().map(first).collect();
            parts.map_or_else(Vec::new, |parts| vec![format!("({})", parts.join(", "))])
        }
        Type::Paren(inner) => of_type(&inner.elem),
        _ => Vec::new(),
    }
}

fn of_segment(segment: &syn::PathSegment) -> Vec<String> {
    let strings = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match segment.ident.to_string().as_str() {
        "bool" => strings(&["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            strings(&["0", "1"])
        }
        "String" => strings(&["String::new()", "String::from(\"mutant\")"]),
        "Option" => {
            let mut values = vec!["None".to_owned()];
            values
                .extend(argument(segment).map_or_else(Vec::new, literals).iter().map(|value| format!("Some({value})")));
            values
        }
        "Result" => {
            let inner = argument(segment).map_or_else(Vec::new, of_type);
            inner.into_iter().map(|value| format!("Ok({value})")).collect()
        }
        "Self" | "Box" | "Arc" | "Rc" | "Cow" => Vec::new(),
        _ => strings(&["Default::default()"]),
    }
}

/// The values of an `Option` for types whose values are literals.
fn literals(ty: &Type) -> Vec<String> {
    let values = of_type(ty);
    values.into_iter().filter(|value| !value.contains("default()") && !value.contains("Some(")).take(1).collect()
}

fn argument(segment: &syn::PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
