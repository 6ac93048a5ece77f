// error: main actor-isolated
import UIKit

func offTheMainActor(_ window: UIWindow) -> UIWindowScene? {
    window.windowScene
}
