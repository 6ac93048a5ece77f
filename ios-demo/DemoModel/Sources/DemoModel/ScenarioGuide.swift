/// What somebody with the phone in hand does, to see a scenario happen.
public struct GuideStep: Hashable, Identifiable, Sendable {
    /// Its place.
    public let id: Int
    /// Whose turn it is.
    public let who: Who
    /// What to do.
    public let text: String
    /// What the shop does at the sandbox for it.
    public let action: ControlAction?

    /// Whose turn it is.
    public enum Who: String, Hashable, Sendable {
        /// The app sets it at the sandbox by itself.
        case shop
        /// The person.
        case you
    }
}

extension Scenario {
    /// The steps in words. What only a runner looks at (`expect-…`, `until-outcome`) is left out.
    public var guide: [GuideStep] {
        var steps: [(GuideStep.Who, String, ControlAction?)] = []
        if world.longPoll == false {
            steps.append((.shop, "The backend holds no questions.", .acquirerFaults(.object(["long_poll": .bool(false)]))))
        }
        for step in self.steps {
            switch step.part {
            case .shop(let text, let action): steps.append((.shop, text, action))
            case .you(let text): steps.append((.you, text, nil))
            case .look, .impossible: break
            }
        }
        return steps.enumerated().map { GuideStep(id: $0.offset, who: $0.element.0, text: $0.element.1, action: $0.element.2) }
    }

    /// What the shop sets before it pays.
    public var preparations: [ControlAction] {
        guide.prefix { $0.who == .shop }.compactMap(\.action)
    }

    /// Why nobody can play it by hand on an iPhone, in words; nil if one can. It can be paid all the same.
    public var obstacle: String? {
        if world.needsAnotherSandbox {
            return "It needs a sandbox that was started in another way."
        }
        if let key = app.keys.sorted().first(where: { $0 != "surfaces" }) {
            return "It needs an app with another set-up (\(key))."
        }
        let surfaces = app["surfaces"]?.strings ?? []
        guard surfaces.isEmpty || !Set(surfaces).isDisjoint(with: ["auth-session", "auth-tab", "custom-tab"]) else {
            return "It plays on another surface (\(surfaces.joined(separator: ", ")))."
        }
        for step in steps {
            if case .impossible(let reason) = step.part {
                return reason
            }
        }
        return nil
    }
}

extension Scenario.Step {
    enum Part: Hashable {
        case shop(String, ControlAction)
        case you(String)
        /// Something that a runner checks or waits for.
        case look
        case impossible(String)
    }

    /// Longer than this nobody holds a phone in hand.
    private static let patience = 15 * 60_000

    /// What a runner looks at or waits for; nobody has to do anything.
    private static let looks: Set = [
        "until-outcome", "observe", "expect-state", "expect-disposition", "expect-surface", "expect-refusal", "expect-unfinished",
        "expect-event", "expect-forwarded", "expect-told",
    ]
    /// What only a test can do to a phone, an app or time.
    private static let testsOnly: Set = [
        "stop-waiting", "prepare", "continue", "turn-to", "acknowledge", "stale-result", "clock-jump", "disk-full", "damage-journal",
        "lock-journal", "reinstall", "second-client", "set-owner", "credentials-changed", "hold-at", "network-switched",
        "restart-acquirer",
    ]
    private static let plain = [
        "close-surface": "Close Klarna's page by its Cancel button.",
        "background": "Go to the home screen.",
        "foreground": "Come back to the shop.",
        "kill": "Swipe the shop away in the app switcher.",
        "restart": "Open the shop again.",
        "abandon": "Choose “Use another method”.",
        "resume": "In Payments, choose “Take up again”.",
        "check-again": "In Payments, choose “Ask again”.",
    ]
    private static let others: Set = [
        "pay", "customer", "deliver-link", "advance", "reopen", "network", "fault", "klarna-faults", "acquirer-faults", "clear-faults",
        "lose-link", "keep-link",
    ]

    /// All that are known.
    public static let kinds = looks.union(testsOnly).union(plain.keys).union(others)

    var part: Part {
        if let text = Self.plain[kind] {
            return .you(text)
        }
        if Self.looks.contains(kind) {
            return .look
        }
        return switch kind {
        case "pay": paying
        case "customer": customer
        case "deliver-link": delivery
        case "advance": waiting
        case "reopen":
            .you(fields["surface"] == nil ? "Choose “Continue with Klarna”." : "In Payments, choose “Open in browser”.")
        case "network": network
        case "fault": .shop("\(place)\(fields["fault"]?.string ?? "").", .fault(setting))
        case "klarna-faults": .shop("Something goes wrong at Klarna (\(settingText)).", .klarnaFaults(setting))
        case "acquirer-faults": .shop("The backend deviates (\(settingText)).", .acquirerFaults(setting))
        case "clear-faults": .shop("Faults end.", .clearFaults)
        case "lose-link", "keep-link": .impossible("An iPhone's web session always hands over its link.")
        default: .impossible("It needs what only a test can do (\(kind)).")
        }
    }

    private var network: Part {
        let online = fields["online"]?.bool ?? true
        return .shop(online ? "The network is back." : "The network goes away.", .network(online: online))
    }

    private var settingText: String {
        let text = setting.words
        return text.isEmpty ? "all is well again" : text
    }

    private var place: String { fields["endpoint"]?.string.map { "At “\($0)”: " } ?? "" }

    /// The step as the control API wants it.
    private var setting: JSONValue { fields.with(nil, at: ["step"]) }

    private var paying: Part {
        if fields["order"] != nil || fields["amount"] != nil || fields["replace"] != nil {
            return .impossible("It pays several orders, or one of another content.")
        }
        return .you(fields["times"] == nil ? "Tap “Pay with Klarna”." : "Tap “Pay with Klarna” twice, quickly.")
    }

    private var delivery: Part {
        let usual = fields["times"] == nil && fields["altered"] == nil && fields["to"] == nil && fields["kept"] == nil
        return usual ? .look : .impossible("It doubles, alters or redirects a link.")
    }

    private var waiting: Part {
        let milliseconds = fields["ms"]?.int ?? 0
        return milliseconds > Self.patience
            ? .impossible("It takes longer than a quarter of an hour.") : .you("Wait \(Self.seconds(milliseconds)).")
    }

    private var customer: Part {
        let does = (fields["does"]?.strings ?? []).map(Self.words)
        let place = fields["elsewhere"]?.bool == true ? "On another device, in the same journey" : "In Klarna's pages"
        return .you(place + ": " + does.joined(separator: ", ") + ".")
    }

    private static func words(_ action: String) -> String {
        let parts = action.split(separator: ":", maxSplits: 1).map(String.init)
        let value = parts.count > 1 ? parts[1] : ""
        return switch parts.first ?? "" {
        case "phone": "phone number \(value)"
        case "otp": "code \(value)"
        case "option": value.isEmpty ? "choose how to pay" : "choose \(value)"
        case "approve": "approve"
        case "deny": "deny"
        case "abort": "leave by the page's own button"
        case "open-klarna-app": "go to the Klarna app"
        case "open-bank": "go to the bank app"
        case "confirm-in-app": "confirm there"
        case "back-to-app": "go back to the shop"
        case "continue": "continue in the page"
        case "pause": "wait \(seconds(Int(value) ?? 0))"
        default: action
        }
    }

    private static func seconds(_ milliseconds: Int) -> String {
        milliseconds < 120_000 ? "\(max(1, milliseconds / 1000)) s" : "\(milliseconds / 60_000) min"
    }
}
