/** Connected clients as the rest of the house sees them: their life, their liveness and their bounded outbox. */
package dev.atrium.session;
