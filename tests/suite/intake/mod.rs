mod real_data;
