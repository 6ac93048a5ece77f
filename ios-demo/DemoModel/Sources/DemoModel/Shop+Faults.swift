/// The fault switches.
extension Shop {
    /// The sandbox's control API; nil if this phone cannot reach it.
    var control: SandboxControl? {
        kept.sandbox?.control.map(SandboxControl.init)
    }

    /// Reads what is set at the sandbox.
    public func refreshFaults() async {
        await withControl { control throws(SandboxControl.Failure) in
            self.live.faults = try await control.status(isOnline: !self.kept.isOffline)
        }
    }

    /// Turns a switch. What else is set stays.
    public func turn(_ fault: FaultSwitch, on: Bool) async {
        await withControl { control throws(SandboxControl.Failure) in
            let status = try await control.status(isOnline: !self.kept.isOffline)
            for action in fault.actions(on: on, status) {
                try await self.perform(action, control)
            }
        }
        await refreshFaults()
    }

    /// Turns all of them off, also those of a scenario.
    public func endAllFaults() async {
        await perform([.clearFaults, .klarnaFaults(.object([:])), .acquirerFaults(.object([:])), .network(online: true)])
    }

    /// The oldest open payment request expires now.
    public func expireOldestRequest() async {
        await withControl { control throws(SandboxControl.Failure) in
            guard let request = try await control.openPaymentRequests().first else {
                throw SandboxControl.Failure(text: "No payment request is open.")
            }
            try await control.perform(.expire(paymentRequest: request))
        }
    }

    func perform(_ actions: [ControlAction]) async {
        await withControl { control throws(SandboxControl.Failure) in
            for action in actions {
                try await self.perform(action, control)
            }
        }
        await refreshFaults()
    }

    private func perform(_ action: ControlAction, _ control: SandboxControl) async throws(SandboxControl.Failure) {
        try await control.perform(action)
        if case .network(let online) = action {
            kept.isOffline = !online
        }
    }

    private func withControl(_ act: (SandboxControl) async throws(SandboxControl.Failure) -> Void) async {
        guard let control else {
            live.problem = "This sandbox's control cannot be reached from here: connect by the link that `cargo xtask sandbox` prints."
            return
        }
        do {
            try await act(control)
        } catch {
            live.problem = error.text
        }
    }
}
