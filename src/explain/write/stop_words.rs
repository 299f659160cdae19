//! Words that sentences about secrets are made of: they are no values. `password: is required`, `token: must be a string`.
//!
//! Each row has the words of one length in bytes, so that a word is compared with few others.

use crate::explain::scan::lists;

/// By length, parted by blanks. English, then what the same sentences have in German, Spanish, French, Portuguese, Italian
/// and Dutch; then names of algorithms and forms.
const WORDS: [&str; 15] = [
    "",
    "a i",
    "is be no to of on in at it do as by or an if we my id ok un la le el es de du zu em so up il",
    "the was has can may are too new old one two and for any its you all but set did had got use max min nil str \
     int yes off der die das ist les des est una por con sin non pas een het zum muy kid nbf exp iat md5 rsa jwt \
     jwk pem csv xml uri url bad via end now ago see try not ein nur who how why her his our out log hex",
    "não must null none true been have does will with were this that from your here when size then than only also \
     more less long weak left used user body data json text name form list sent into over each both same need \
     fail some what type role case http uuid hmac wird muss darf eine kein debe solo doit deve pour sont leer \
     kurz lang vide para como base hash code very just such seem stop last next kept file path sind soll utf8 \
     sha1 link page mail",
    "empty blank field wrong short given match needs could would shall takes found check enter after least lower \
     upper digit chars error input array issue until since still never again false being there these those which \
     while where seems other every query param login large small limit count bytes ended nicht keine falta campo \
     champ fehlt using nonce claim hours today older newer reset retry loads stale state agree scope realm hs256 \
     rs256 es256 utf-8 ascii x.509 types space wurde",
    "string number object should cannot absent denied failed format length header before longer public symbol \
     letter minute second please unable unless within ensure accept reject exceed reason server client update \
     change create delete return scopes values schema issuer claims manque requis sollte reused stolen verify \
     method status expire passed parsed signed hashed common google github domain secure base64 base32 base58 \
     bcrypt argon2 sha256 sha512 sha384 pkcs#8 aes256 oauth2 hidden filled having needed either shared closed \
     locked allows active",
    "missing invalid expired illegal unknown revoked refused already account another because between boolean \
     integer changed checked contact contain correct current default deleted disable enabled exactly exceeds \
     expects greater include letters limited matches maximum minimum message numbers omitted present problem \
     receive refresh removed replace request service similar special subject symbols updated without rotated \
     granted blocked history sha-256 ed25519 allowed handled stopped failure success decoded encoded support \
     project company minutes seconds",
    "inválid outdated required expected rejected received provided supplied disabled mismatch audience contains \
     accepted together property optional possible inactive verified resource response security sequence specific \
     standard strength strongly obtained existing endpoint document argument nullable presence repeated returned \
     reserved previous personal obligado alphabet detected httponly samesite requires replaced released",
    "ungültig algorithm undefined forbidden malformed parameter incorrect mandatory different character encrypted \
     exhausted generated lowercase uppercase permitted protected published reference specified temporary \
     truncated unchanged following necessary available attribute supported requerido requerida inválido inválida \
     untrusted duplicate submitted",
    "characters incomplete deprecated mismatched permission unexpected successful validation configured \
     registered unverified duplicated terminated expiration recognized recognised encryption",
    "unsupported unavailable obligatorio obligatoire consecutive unspecified",
    "insufficient unauthorized unauthorised alphanumeric erforderlich obbligatorio obrigatório unrecognized \
     unrecognised verification",
    "",
    "authentication",
];
/// Verbs and the like: what stands before them is what they speak of.
const VERBS: &str = "is was are were has have had does did must should can could cannot will may not too contains";

/// Whether `word` is one of them, in any case of its ASCII letters.
pub fn is_stop_word(word: &str) -> bool {
    is_in(WORDS.get(word.len()).copied().unwrap_or(""), word)
}

/// Whether a sentence goes on with `word` about what stands before it.
pub fn is_verb(word: &str) -> bool {
    lists(VERBS, b' ', word)
}

// The words of `row` are as long as `word`.
fn is_in(row: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    row.as_bytes()
        .chunks(word.len() + 1)
        .any(|known| known.get(..word.len()).is_some_and(|known| known.eq_ignore_ascii_case(word.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::scan::words;

    #[test]
    fn each_row_has_the_words_of_its_length_once_and_all_are_found() {
        for (length, row) in WORDS.iter().enumerate() {
            for word in words(row) {
                assert!(word.len() == length && is_stop_word(word), "{word} in row {length}");
                assert_eq!(words(row).filter(|other| *other == word).count(), 1, "{word}");
            }
        }
        assert!(is_stop_word("Required") && !is_stop_word("hunter") && !is_stop_word("") && !is_stop_word("is a"));
        assert!(is_verb("Is") && !is_verb("required"));
    }
}
