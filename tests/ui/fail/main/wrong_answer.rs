#[squall::main]
async fn main() -> squall::Result<()> {
    let port: u16 = "8888".parse()?;
    println!("{port}");
}
