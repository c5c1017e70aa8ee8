package dev.atrium.application;

import java.util.List;

/**
 * All handlers of the application: a bean that is made from what was found while it was built.
 *
 * @param all in no particular order
 */
public record Handlers(List<Handler> all) {
}
