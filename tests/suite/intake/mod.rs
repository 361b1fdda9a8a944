mod beside;
mod books;
mod facts;
mod generated;
mod real_data;
mod workbooks;
