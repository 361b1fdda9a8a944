mod calendar;
mod decimal;
mod money;
mod rounding;
mod words;
