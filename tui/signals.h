/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals of the monitor, as bytes in a pipe: whatever thread the kernel picks, the loop reads them
 * in order with everything else it polls.
 */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

/*
 * Catches SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT and SIGWINCH. One user at a time. When
 * one of the first four is not followed by signals_close() within seconds, because the terminal
 * takes no output, restore is called (in a handler) and the process ends with 128 + SIGTERM. 0 or
 * -errno.
 */
int signals_open(void (*restore)(void));
/* Restores the handlers that were there before. */
void signals_close(void);
/* Readable when a signal came. */
int signals_fd(void);
/* The next signal that came, 0 when none did. */
int signals_next(void);
/* The signal that came last does not mean leaving. */
void signals_stay(void);
/* Stops the process as Ctrl-Z would without us; returns when it is continued. */
void signals_stop(void);

#endif
