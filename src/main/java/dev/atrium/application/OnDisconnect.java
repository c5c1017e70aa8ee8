package dev.atrium.application;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Handler that is called when a client that was admitted has disconnected, for whatever reason. Parameters: the {@link Client},
 * whose rooms are still known, and the {@link dev.atrium.session.CloseReason}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnDisconnect {
}
