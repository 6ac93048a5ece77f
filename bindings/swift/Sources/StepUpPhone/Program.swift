import Foundation

/// A phone in a process of its own, for `scenarios --phone`: commands on stdin, reports on stdout.
@main
enum Program {
    static func main() {
        let output = Output()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var phone: Phone?
        while let line = readLine() {
            do {
                let command = try decoder.decode(Command.self, from: Data(line.utf8))
                switch (command.do, phone) {
                case ("configure", nil):
                    let made = try Phone(decoder.decode(Configure.self, from: Data(line.utf8)), output)
                    output.say("ready")
                    made.commandDone()
                    phone = made
                case ("shutdown", let phone):
                    phone?.shutDown()
                    return
                case (_, let phone?):
                    phone.obey(command)
                case (_, nil):
                    throw Unknown(word: "a command before configure")
                }
            } catch {
                output.refused(error)
                if phone == nil {
                    exit(1)
                }
            }
        }
    }
}
