//! `aws s3 presign`: a link that opens an object for a while, signed with the caller's own key (Signature Version 4).

use sha2::{Digest, Sha256};

use super::{Flags, Uri};
use crate::aws::timestamp::iso;
use crate::aws::{Identity, call};
use crate::cli::{CliOutput, Terminal, refusal};
use crate::json::json;

pub fn presign(terminal: &mut Terminal<'_>, flags: &Flags) -> CliOutput {
    let path = flags.paths.first().map_or("", |path| path.strip_prefix("s3://").unwrap_or(path));
    let Some(uri) = Uri::parse(&format!("s3://{path}")) else { return CliOutput::default() };
    let seconds = flags.expires_in.unwrap_or(3_600);
    let (key, secret, token) = match credentials(terminal) {
        Ok(found) => found,
        Err(output) => return output,
    };
    let own = terminal.caller.region.clone().unwrap_or_else(|| terminal.account.region.clone());
    let region = terminal.account.s3.buckets.get(&uri.bucket).map_or(own, |bucket| bucket.region.clone());
    let stamp = iso(terminal.now).replace(['-', ':'], "").replace("+0000", "Z");
    let day = &stamp[..8];
    let host = format!("{}.s3.{region}.amazonaws.com", uri.bucket);
    let scope = format!("{day}/{region}/s3/aws4_request");
    let mut query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={stamp}&X-Amz-Expires={seconds}",
        escaped(&format!("{key}/{scope}"), false)
    );
    if let Some(token) = token {
        query.push_str(&format!("&X-Amz-Security-Token={}", escaped(&token, false)));
    }
    query.push_str("&X-Amz-SignedHeaders=host");
    let target = format!("/{}", escaped(&uri.key, true));
    let request = format!("GET\n{target}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
    let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hex(&Sha256::digest(request.as_bytes())));
    let mut signing = format!("AWS4{secret}").into_bytes();
    for part in [day, &region, "s3", "aws4_request"] {
        signing = hmac(&signing, part.as_bytes());
    }
    let signature = hex(&hmac(&signing, text.as_bytes()));
    CliOutput::done(format!("https://{host}{target}?{query}&X-Amz-Signature={signature}\n"))
}

/// Key, secret and token to sign with. Whoever only sits at the terminal signs with temporary ones, as CloudShell does.
fn credentials(terminal: &mut Terminal<'_>) -> Result<(String, String, Option<String>), CliOutput> {
    if terminal.caller.key.is_none() && matches!(terminal.caller.identity, Identity::User(_)) {
        let (account, caller) = (&mut *terminal.account, &terminal.caller);
        let answer = call(account, caller, "sts", "GetSessionToken", json!({}), terminal.now);
        let answer = answer.map_err(|error| refusal(&error))?;
        let of = |member: &str| answer["Credentials"][member].as_str().unwrap_or("").to_owned();
        return Ok((of("AccessKeyId"), of("SecretAccessKey"), Some(of("SessionToken"))));
    }
    let key = terminal.caller.key.clone().unwrap_or_default();
    if let Some(session) = terminal.account.sts.session(&key) {
        return Ok((key, session.secret.clone(), Some(session.token.clone())));
    }
    let secret =
        terminal.account.iam.access_key(&key).map_or_else(String::new, |(_, secret)| secret.to_owned());
    Ok((key, secret, None))
}

fn escaped(text: &str, path: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if path => out.push('/'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC with SHA-256 (RFC 2104); no key here is longer than a block.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answer() {
        // RFC 4231, test case 2.
        assert_eq!(
            hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
