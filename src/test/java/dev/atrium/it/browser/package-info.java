/** Pages and the client script in a real browser, and the client script in Node. */
package dev.atrium.it.browser;
