import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// A server on the loopback that behaves as a test tells it: each connection runs `serve`, on a thread of its own.
final class Loopback: @unchecked Sendable {
    let port: UInt16
    private let listener: Int32
    private let lock = NSLock()
    private var received: [String] = []
    private var isStopped = false

    /// One connection.
    struct Connection {
        let handle: Int32

        /// The request's head, and its body if it has a length.
        func read() -> String {
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                if let end = text.range(of: "\r\n\r\n") {
                    let length = text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                        .flatMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) }
                    if text[end.upperBound...].utf8.count >= length ?? 0 {
                        return text
                    }
                }
                let count = recv(handle, &buffer, buffer.count, 0)
                guard count > 0 else { return text }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }

        /// False: the other side is gone.
        @discardableResult func write(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            return send(handle, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }

        /// Answers nothing more, and waits until the other side gives up.
        func stall() {
            var byte: UInt8 = 0
            while recv(handle, &byte, 1, 0) > 0 {}
        }
    }

    init(serve: @escaping @Sendable (Connection, String) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let handle = accept(listener, nil, nil)
                guard handle >= 0 else { return }
                Thread.detachNewThread { [weak self] in
                    let connection = Connection(handle: handle)
                    let request = connection.read()
                    self?.note(request)
                    serve(connection, request)
                    close(handle)
                }
            }
        }
    }

    deinit {
        stop()
    }

    /// Nobody listens any more: the next connection is refused.
    func stop() {
        lock.lock()
        let first = !isStopped
        isStopped = true
        lock.unlock()
        // A number that was closed may be somebody else's by now.
        guard first else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var requests: [String] {
        lock.lock()
        defer { lock.unlock() }
        return received
    }

    private func note(_ request: String) {
        lock.lock()
        defer { lock.unlock() }
        received.append(request)
    }
}
