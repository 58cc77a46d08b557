# Files: opened, written, read, renamed, removed; what is not there and what must not be.
echo one > a
echo two >> a
while read -r line; do echo "$line" > b; done < a
mkdir d
mv b d/b
ln -s a link
cat link < /dev/null > /dev/null
cat missing
cat d
cd d || exit
rm b
cd .. || exit
rmdir d
rm a link
