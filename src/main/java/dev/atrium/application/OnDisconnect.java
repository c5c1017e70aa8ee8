package dev.atrium.application;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called when a client that was let in has gone, whichever way. Parameters: the {@link Client}, whose rooms are still known, and
 * the {@link dev.atrium.session.CloseReason}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnDisconnect {
}
