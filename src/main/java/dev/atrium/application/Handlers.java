package dev.atrium.application;

import java.util.List;

/**
 * All handlers of the application: a synthetic bean, generated at build time.
 *
 * @param all in no particular order
 */
public record Handlers(List<Handler> all) {
}
