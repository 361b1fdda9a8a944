mod csv;
mod explain;
mod html;
mod json;
mod sample;
mod summary;
mod table;
mod xlsx;
