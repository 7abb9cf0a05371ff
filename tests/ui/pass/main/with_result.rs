//! `main` returns what it likes, and stays a function that editors understand.

#[squall::main]
#[allow(clippy::unnecessary_wraps)]
async fn main() -> Result<(), std::num::ParseIntError> {
    let port: u16 = "8888".parse()?;
    assert_eq!(port, 8888);
    Ok(())
}
