mod calendar;
mod decimal;
mod money;
mod months;
mod rounding;
mod words;
