//! A client can be made although nobody named a provider, and it speaks TLS where it has to.

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[tokio::test]
async fn https_begins_with_a_handshake() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let client = stepup_sandbox_http::client().build().expect("a client");
    let asked = client.get(format!("https://127.0.0.1:{port}/")).send();
    let heard = async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        stream.read_u8().await.expect("a byte")
    };
    let (answer, first) = tokio::join!(asked, heard);
    assert_eq!(first, 0x16, "a TLS record with a handshake (RFC 8446, 5.1)");
    assert!(answer.is_err(), "and nobody answered it");
}
