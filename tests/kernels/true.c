/* SPDX-License-Identifier: Apache-2.0 */
/* /bin/true of a guest, whatever it is called as: busybox looks at its name. */
int main(void)
{
	return 0;
}
