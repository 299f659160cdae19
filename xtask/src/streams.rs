//! Splits the code of a WebAssembly module into rows: opcodes, labels, types of blocks, locals, offsets, constants, calls, and the rest.
//!
//! Brotli and gzip find more in rows of one kind (measured as letters, brotli: policy.wasm 70.8 to 62.8 kB, explain.wasm alike). Of a
//! local, the row has how many others were used since: code uses again what it has just used (1.1 kB of it).
//! `pkg-template/entry/inline/join.js` puts them together, to the byte; it knows no opcode, since their table comes first.

/// The rows, in the order that gave the least: opcodes and alignments; offsets in memory, of 64 bits; labels; types of blocks; offsets
/// of 32 bits and of others; numbers of 32 bits; locals; numbers of 64 bits; functions and types that are called; globals; the types of
/// locals; and all that is not code. The size of a function is in none: it ends where its last block does.
const ROWS: usize = 13;
const OP: usize = 0;
const OFFSET_64: usize = 1;
const LABEL: usize = 2;
const TYPE: usize = 3;
const OFFSET: usize = 4;
const OFFSET_8: usize = 5;
const I32: usize = 6;
const LOCAL: usize = 7;
const I64: usize = 8;
const CALL: usize = 9;
const GLOBAL: usize = 10;
const DECLARED: usize = 11;
const REST: usize = 12;
/// What is left out.
const OUT: usize = ROWS;

// Of an opcode in the table: in each half of a byte the row that an operand is in, plus one. All are numbers in LEB128, but of these.
const NONE: u8 = 0;
const TABLE: u8 = 0xF0;
const PREFIX: u8 = 0xF1;
const FOUR: u8 = 0xF2;
const EIGHT: u8 = 0xF3;
/// In a module whose opcodes are no others.
const UNKNOWN: u8 = 0xFF;

const CODE: u8 = 10;
const END: u8 = 0x0B;

/// The table of opcodes, how long each row but the last is (24 bits, low byte first), and the rows.
///
/// # Errors
/// Where the module is cut off, or has an opcode that is not known here.
pub fn split(module: &[u8]) -> Result<Vec<u8>, String> {
    let mut parts = Parts { module, at: 0, rows: Default::default(), recent: Vec::new() };
    parts.take(REST, 8)?;
    while parts.at < module.len() {
        let id = module[parts.at];
        parts.take(REST, 1)?;
        let length = parts.number(REST)?;
        if id == CODE {
            for _ in 0..parts.number(REST)? {
                parts.body()?;
            }
        } else {
            parts.take(REST, length)?;
        }
    }
    let mut all: Vec<u8> = (0..=u8::MAX).map(operands).collect();
    for row in &parts.rows[..REST] {
        all.extend(&row.len().to_le_bytes()[..3]);
    }
    all.extend(parts.rows[..ROWS].concat());
    Ok(all)
}

struct Parts<'m> {
    module: &'m [u8],
    at: usize,
    rows: [Vec<u8>; ROWS + 1],
    /// The locals of a function, the last used first; those that are not in it follow in their order.
    recent: Vec<usize>,
}

impl Parts<'_> {
    fn take(&mut self, row: usize, count: usize) -> Result<(), String> {
        let bytes = self.module.get(self.at..self.at + count).ok_or("the module is cut off")?;
        self.rows[row].extend(bytes);
        self.at += count;
        Ok(())
    }

    // A number in LEB128, of which the low 32 bits count.
    fn number(&mut self, row: usize) -> Result<usize, String> {
        let rest = self.module.get(self.at..).unwrap_or_default();
        let length = 1 + rest.iter().position(|byte| *byte < 128).ok_or("the module is cut off")?;
        let bits = rest[..length].iter().rev().fold(0_u32, |sum, byte| (sum << 7) | u32::from(byte & 127));
        self.take(row, length)?;
        usize::try_from(bits).map_err(|error| error.to_string())
    }

    // How many locals were used since this one.
    fn local(&mut self) -> Result<(), String> {
        let start = self.rows[LOCAL].len();
        let local = self.number(LOCAL)?;
        self.rows[LOCAL].truncate(start);
        let known = self.recent.len();
        self.recent.extend(known..=local);
        let mut rank = self.recent.iter().position(|recent| *recent == local).unwrap_or_default();
        self.recent[..=rank].rotate_right(1);
        while rank > 127 {
            self.rows[LOCAL].push(low(rank) | 128);
            rank >>= 7;
        }
        self.rows[LOCAL].push(low(rank));
        Ok(())
    }

    fn body(&mut self) -> Result<(), String> {
        let start = self.at;
        let size = self.number(OUT)?;
        let end = self.at + size;
        if self.module.get(end - 1) != Some(&END)
            || self.at - start != (usize::BITS - size.leading_zeros()).div_ceil(7) as usize
        {
            return Err("a function is not as `join` puts it together".into());
        }
        let mut depth = 0_usize;
        for _ in 0..self.number(DECLARED)? {
            self.number(DECLARED)?;
            self.take(DECLARED, 1)?;
        }
        self.recent.clear();
        while self.at < end {
            let opcode = self.module[self.at];
            self.take(OP, 1)?;
            let kinds = operands(opcode);
            depth += usize::from(usize::from(kinds) == TYPE + 1);
            if opcode == END {
                match depth.checked_sub(1) {
                    Some(outer) => depth = outer,
                    None if self.at < end => return Err("a function goes on behind its end".into()),
                    None => {}
                }
            }
            match kinds {
                UNKNOWN => return Err(format!("opcode {opcode:#x} is not known to xtask/src/streams.rs")),
                TABLE => {
                    for _ in 0..=self.number(LABEL)? {
                        self.number(LABEL)?;
                    }
                }
                // Conversions; then memory.init, data.drop, memory.copy and memory.fill with two operands and one by turns.
                PREFIX => match self.number(OP)? {
                    0..=7 => {}
                    sub @ 8..=11 => self.take(OP, 2 - sub % 2)?,
                    sub => return Err(format!("opcode 0xfc {sub} is not known to xtask/src/streams.rs")),
                },
                FOUR => self.take(REST, 4)?,
                EIGHT => self.take(REST, 8)?,
                kinds => {
                    for kind in [kinds & 15, kinds >> 4] {
                        match usize::from(kind).checked_sub(1) {
                            None => {}
                            Some(LOCAL) => self.local()?,
                            Some(row) => drop(self.number(row)?),
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

// The low seven bits.
fn low(number: usize) -> u8 {
    u8::try_from(number & 127).unwrap_or_default()
}

// By the index of instructions (WebAssembly Core 2, appendix), without SIMD and references, which the modules do not use.
fn operands(opcode: u8) -> u8 {
    let of = |row: usize| u8::try_from(row + 1).unwrap_or_default();
    match opcode {
        0x3F | 0x40 => of(OP),
        0x02..=0x04 => of(TYPE),
        0x0C | 0x0D => of(LABEL),
        0x00 | 0x01 | 0x05 | 0x0B | 0x0F | 0x1A | 0x1B | 0x45..=0xC4 => NONE,
        0x0E => TABLE,
        0x10 => of(CALL),
        0x11 => of(CALL) | of(CALL) << 4,
        0x20..=0x22 => of(LOCAL),
        0x23 | 0x24 => of(GLOBAL),
        0x28 | 0x36 => of(OP) | of(OFFSET) << 4,
        0x29 | 0x37 => of(OP) | of(OFFSET_64) << 4,
        0x2A..=0x35 | 0x38..=0x3E => of(OP) | of(OFFSET_8) << 4,
        0x41 => of(I32),
        0x42 => of(I64),
        0x43 => FOUR,
        0x44 => EIGHT,
        0xFC => PREFIX,
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    // The least module with a function: its type, itself, and its code, `local.get 3, i32.const 5, i32.store 2 16, end`.
    const MODULE: &[u8] = &[
        0, b'a', b's', b'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 11, 1, 9, 0, 0x20, 3, 0x41, 5, 0x36, 2,
        16, 0x0B,
    ];

    #[test]
    fn each_kind_is_in_a_row_of_its_own() {
        let all = split(MODULE).expect("a whole module");
        let (lengths, rows) = all[256..].split_at(36);
        assert_eq!(lengths.iter().step_by(3).collect::<Vec<_>>(), [&5, &0, &0, &0, &1, &0, &1, &1, &0, &0, &0, &1]);
        assert_eq!(rows[..9], [0x20, 0x41, 0x36, 2, 0x0B, 16, 5, 3, 0]);
        // All but the function's size.
        assert_eq!(rows.len(), MODULE.len() - 1);
    }

    #[test]
    fn a_local_is_how_many_others_were_used_since() {
        // `local.get 2, local.set 2, local.tee 0, local.get 2, end`.
        let code = [10, 12, 1, 10, 0, 0x20, 2, 0x21, 2, 0x22, 0, 0x20, 2, 0x0B];
        let all = split(&[&MODULE[..18], &code].concat()).expect("a whole module");
        assert_eq!(all[256 + 36 + 5..][..4], [2, 0, 1, 1]);
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_refused() {
        assert!(split(&MODULE[..20]).is_err_and(|error| error.contains("cut off")));
        let mut simd = MODULE.to_vec();
        simd[23] = 0xFD;
        assert!(split(&simd).is_err_and(|error| error.contains("0xfd")));
    }
}
