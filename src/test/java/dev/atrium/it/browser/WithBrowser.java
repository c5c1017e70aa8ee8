package dev.atrium.it.browser;

import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.Replica;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Base class of tests with one replica and one browser, which start before the first test. */
abstract class WithBrowser {

    static Browser browser;
    static Replica replica;

    @BeforeAll
    static void start() {
        browser = Browser.start();
        replica = Replica.start();
    }

    /** Also runs if only one of the two was started. */
    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (replica != null) {
            replica.close();
        }
    }
}
