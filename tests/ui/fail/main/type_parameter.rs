#[squall::main]
async fn main<T>() {}
