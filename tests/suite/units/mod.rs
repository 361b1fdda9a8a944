mod money;
mod rounding;
