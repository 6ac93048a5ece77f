package dev.klarnastepup

import dev.klarnastepup.ffi.Configuration
import dev.klarnastepup.ffi.ConfirmationPolicy as CorePolicy
import dev.klarnastepup.ffi.Environment as CoreEnvironment
import dev.klarnastepup.ffi.FieldNames as CoreFieldNames
import dev.klarnastepup.ffi.LinkNonceMode
import dev.klarnastepup.ffi.RequestHeader
import dev.klarnastepup.ffi.ReturnLinks as CoreLinks
import dev.klarnastepup.ffi.Word as CoreWord
import dev.klarnastepup.ffi.WordMapping
import dev.klarnastepup.ffi.defaultConfirmationPolicy
import java.io.File

/** What the library is told. Loads it, for the numbers that [ConfirmationPolicy] does not name. */
internal fun StepUpConfig.toCore(directory: File, owner: String?): Configuration =
    Configuration(
        backend = backend,
        backendId = backendId.ifEmpty { null },
        environment =
        when (environment) {
            Environment.Live -> CoreEnvironment.Live
            Environment.Test -> CoreEnvironment.Test
            is Environment.Sandbox -> CoreEnvironment.Sandbox(environment.hosts)
        },
        links = CoreLinks(links.handover, links.completion, links.fallbackScheme.ifEmpty { null }),
        linkNonce =
        when (linkNonce) {
            LinkNonce.QUERY -> LinkNonceMode.QUERY
            LinkNonce.OFF -> LinkNonceMode.OFF
        },
        redirectHosts = redirectHosts,
        fieldNames = CoreFieldNames(fieldNames.returnUrl, fieldNames.appReturnUrl),
        words = words.map { (text, word) -> WordMapping(text, word.toCore()) },
        headers = headers.toHeaders(),
        owner = owner,
        policy = policy.toCore(),
        journalDirectory = directory.absolutePath,
    )

internal fun Map<String, String>.toHeaders(): List<RequestHeader> = map { (name, value) -> RequestHeader(name, value) }

internal fun ConfirmationPolicy.toCore(): CorePolicy =
    defaultConfirmationPolicy().copy(
        maxWait = time("maxWait", maxWait),
        customerLeft = time("customerLeft", customerLeft),
        startBudget = time("startBudget", startBudget),
        startTimeout = time("startTimeout", startTimeout),
        askTimeout = time("askTimeout", askTimeout),
        longPoll = time("longPoll", longPoll),
        baseInterval = time("baseInterval", baseInterval),
        slowInterval = time("slowInterval", slowInterval),
        slowAfter = time("slowAfter", slowAfter),
    )

private fun time(name: String, millis: Long): ULong {
    if (millis < 0) throw StepUpException.Configuration("policy.$name", "it is negative", "give milliseconds")
    return millis.toULong()
}

internal fun Word.toCore(): CoreWord =
    when (this) {
        Word.PENDING -> CoreWord.PENDING
        Word.APPROVED -> CoreWord.APPROVED
        Word.DECLINED -> CoreWord.DECLINED
        Word.CANCELED -> CoreWord.CANCELED
        Word.EXPIRED -> CoreWord.EXPIRED
        Word.FAILED -> CoreWord.FAILED
    }
