//! Splits the code of a WebAssembly module into rows: opcodes, locals, offsets, constants, calls, and the rest.
//!
//! Brotli and gzip find more in rows of one kind (measured as letters, brotli: policy.wasm 76.2 to 69.0 kB, explain.wasm alike).
//! `pkg-template/entry/inline/join.js` puts them together, to the byte; it knows no opcode, since their table comes first.

/// The rows. Opcodes, labels, types of blocks and alignments; locals; offsets in memory; numbers of 32 bits; of 64; functions and
/// types that are called; globals; and all that is not code.
const ROWS: usize = 8;
const OP: usize = 0;
const LOCAL: usize = 1;
const OFFSET: usize = 2;
const I32: usize = 3;
const I64: usize = 4;
const CALL: usize = 5;
const GLOBAL: usize = 6;
const REST: usize = 7;

// Of an opcode in the table: in each half of a byte the row that an operand is in, plus one. All are numbers in LEB128, but of these.
const NONE: u8 = 0;
const TABLE: u8 = 0xF0;
const PREFIX: u8 = 0xF1;
const FOUR: u8 = 0xF2;
const EIGHT: u8 = 0xF3;
/// In a module whose opcodes are no others.
const UNKNOWN: u8 = 0xFF;

const CODE: u8 = 10;

/// The table of opcodes, how long each row but the last is (24 bits, low byte first), and the rows.
///
/// # Errors
/// Where the module is cut off, or has an opcode that is not known here.
pub fn split(module: &[u8]) -> Result<Vec<u8>, String> {
    let mut parts = Parts { module, at: 0, rows: Default::default() };
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
    all.extend(parts.rows.concat());
    Ok(all)
}

struct Parts<'m> {
    module: &'m [u8],
    at: usize,
    rows: [Vec<u8>; ROWS],
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

    fn body(&mut self) -> Result<(), String> {
        let size = self.number(REST)?;
        let end = self.at + size;
        for _ in 0..self.number(REST)? {
            self.number(REST)?;
            self.take(REST, 1)?;
        }
        while self.at < end {
            let opcode = self.module[self.at];
            self.take(OP, 1)?;
            match operands(opcode) {
                UNKNOWN => return Err(format!("opcode {opcode:#x} is not known to xtask/src/streams.rs")),
                TABLE => {
                    for _ in 0..=self.number(OP)? {
                        self.number(OP)?;
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
                        if kind != 0 {
                            self.number(usize::from(kind) - 1)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

// By the index of instructions (WebAssembly Core 2, appendix), without SIMD and references, which the modules do not use.
fn operands(opcode: u8) -> u8 {
    let of = |row: usize| u8::try_from(row + 1).unwrap_or_default();
    match opcode {
        0x02..=0x04 | 0x0C | 0x0D | 0x3F | 0x40 => of(OP),
        0x00 | 0x01 | 0x05 | 0x0B | 0x0F | 0x1A | 0x1B | 0x45..=0xC4 => NONE,
        0x0E => TABLE,
        0x10 => of(CALL),
        0x11 => of(CALL) | of(CALL) << 4,
        0x20..=0x22 => of(LOCAL),
        0x23 | 0x24 => of(GLOBAL),
        0x28..=0x3E => of(OP) | of(OFFSET) << 4,
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
        0, b'a', b's', b'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 12, 1, 10, 0, 0x20, 3, 0x41, 5, 0x36, 2,
        16, 0x0B, 0x0B,
    ];

    #[test]
    fn each_kind_is_in_a_row_of_its_own() {
        let all = split(MODULE).expect("a whole module");
        let (lengths, rows) = all[256..].split_at(21);
        assert_eq!(lengths.iter().step_by(3).collect::<Vec<_>>(), [&6, &1, &1, &1, &0, &0, &0]);
        assert_eq!(rows[..9], [0x20, 0x41, 0x36, 2, 0x0B, 0x0B, 3, 16, 5]);
        assert_eq!(rows.len(), MODULE.len());
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_refused() {
        assert!(split(&MODULE[..20]).is_err_and(|error| error.contains("cut off")));
        let mut simd = MODULE.to_vec();
        simd[23] = 0xFD;
        assert!(split(&simd).is_err_and(|error| error.contains("0xfd")));
    }
}
