/** Converters and checks of settings: strict, with an error that names what was expected. */
package dev.atrium.setting;
