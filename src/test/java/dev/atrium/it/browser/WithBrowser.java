package dev.atrium.it.browser;

import dev.atrium.it.fixture.Browser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Base class of tests with the browser that all of them share. Each test has users of its own. */
abstract class WithBrowser {

    static Browser browser;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.shared();
    }

    @AfterEach
    void closeUsers() {
        browser.closeUsers();
    }
}
