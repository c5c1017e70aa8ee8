package dev.atrium.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests of one replica in one browser, which both start before the first of them. */
abstract class WithBrowser {

    static Browser browser;
    static Replica replica;

    @BeforeAll
    static void start() {
        browser = Browser.start();
        replica = Replica.start();
    }

    /** Also after half a start. */
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
