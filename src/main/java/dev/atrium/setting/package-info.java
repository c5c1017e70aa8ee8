/** How settings are read: strictly, and with an answer that says what was expected. */
package dev.atrium.setting;
