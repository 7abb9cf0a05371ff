#[squall::main]
fn main() -> squall::Result<()> {
    Ok(())
}
