package dev.klarnastepup.android

import android.app.Activity
import android.app.Application
import android.content.Context
import android.content.pm.ApplicationInfo
import android.content.pm.PackageManager
import android.net.ConnectivityManager
import android.net.Network
import android.os.Handler
import android.os.Looper
import dev.klarnastepup.Finding
import dev.klarnastepup.Platform
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.Shell
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.HttpTransport
import java.io.File

/** The façade's view of Android. */
internal class AndroidPlatform(
    context: Context,
    private val links: ReturnLinks,
) : Platform {
    private val application = context.applicationContext as Application
    private val main = Handler(Looper.getMainLooper())
    private var shell: Shell? = null
    private var visibility: Visibility? = null
    private var network: ConnectivityManager.NetworkCallback? = null

    override val debuggable: Boolean = application.applicationInfo.flags and ApplicationInfo.FLAG_DEBUGGABLE != 0

    override val presenter = Journeys(application, main) { visibility?.host() }

    /** The manifest says which: the slim flavour's names the platform's, and an app may (for its network security configuration, say). */
    override val transport: HttpTransport? get() = if (wantsPlatformHttp()) UrlConnectionTransport() else null

    private fun wantsPlatformHttp(): Boolean {
        val named = application.packageManager.getApplicationInfo(application.packageName, PackageManager.GET_META_DATA)
        return named.metaData?.getString(TRANSPORT) == "platform"
    }

    override fun journalDirectory(): File = File(application.noBackupFilesDir, JOURNAL)

    override fun device(): Device = AndroidDevice(application, links, debuggable).facts()

    override fun findings(links: ReturnLinks): List<Finding> = RegisteredLinks(application).findings(links)

    override fun observe(shell: Shell) {
        this.shell = shell
        onMain {
            visibility = Visibility(application, shell).also { it.begin() }
            Wiring.connect(shell)
            network = watchNetwork(shell)
        }
    }

    /** The activity that a payment starts from, for those that were there before the client. */
    fun offer(activity: Activity) = onMain { visibility?.offer(activity) }

    override fun close() =
        onMain {
            shell?.let(Wiring::disconnect)
            visibility?.end()
            visibility = null
            network?.let { connectivity()?.unregisterNetworkCallback(it) }
            network = null
        }

    private fun watchNetwork(shell: Shell): ConnectivityManager.NetworkCallback? {
        val callback =
            object : ConnectivityManager.NetworkCallback() {
                private var known: Network? = null

                /** The first call tells what is there already, and is no change. */
                override fun onAvailable(network: Network) {
                    val before = known
                    known = network
                    if (before != network && seen) shell.networkChanged()
                    seen = true
                }

                private var seen = false
            }
        return try {
            connectivity()?.registerDefaultNetworkCallback(callback)
            callback
        } catch (_: RuntimeException) {
            // An app has a hundred of these at most, and some Android 11 devices refuse for no reason (a SecurityException,
            // issuetracker.google.com/issues/175055271). A change of network then merely is not noticed.
            null
        }
    }

    private fun connectivity(): ConnectivityManager? = application.getSystemService(ConnectivityManager::class.java)

    private fun onMain(work: () -> Unit) {
        if (Looper.myLooper() == Looper.getMainLooper()) work() else main.post(work)
    }

    private companion object {
        /** Of its own, in the directory that Android does not back up: another device must not take over these payments. */
        const val JOURNAL = "dev.klarnastepup"

        /** `meta-data` of the application in the manifest: `library`, or `platform`. */
        const val TRANSPORT = "dev.klarnastepup.transport"
    }
}
