mod decision;
mod units;
