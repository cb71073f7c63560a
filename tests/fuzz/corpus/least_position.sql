SELECT regexp_instr('Asia/Seoul', '7', -2147483648)
