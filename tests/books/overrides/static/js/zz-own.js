"own";
