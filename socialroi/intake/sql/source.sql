-- Where the rows of a file come from: one of these begins every query of this folder.
--
-- Every cell is read as text under our own names. `scan` lets DuckDB read a file that is proven clean, on
-- all cores; `numbered` does so too and numbers the records, on one; `pieces` reads cells already divided.
-- The line end is not declared: with strict mode DuckDB 2.0.0 then loses every row of a file that ends its
-- lines with CR and LF.
-- source: scan
with
source as (
    select *, null::bigint as record
    from read_csv(
        $path, columns = $columns, delim = $delimiter, header = $header, quote = '"', escape = '"',
        nullstr = '', encoding = 'utf-8', auto_detect = false, strict_mode = true, null_padding = false,
        ignore_errors = false, compression = 'none', hive_partitioning = false, skip = 0, comment = ''
    )
),
-- source: numbered
with
source as (
    select *, row_number() over () as record
    from read_csv(
        $path, columns = $columns, delim = $delimiter, header = $header, quote = '"', escape = '"',
        nullstr = '', encoding = 'utf-8', auto_detect = false, strict_mode = true, null_padding = false,
        ignore_errors = false, compression = 'none', hive_partitioning = false, skip = 0, comment = ''
    )
),
-- source: pieces
with
source as (
    select *
    from pieces
),
